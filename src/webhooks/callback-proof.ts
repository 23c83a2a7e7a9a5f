import { createHmac } from 'node:crypto';

/** Status of a callback that is not about a transcript, but tests whether callbacks arrive here. */
export const DOCTOR_STATUS = 'ringback_doctor';

/** Computes the answer to a nonce that only a service with the secret can give. */
export function callbackProof(secret: string, nonce: string): string {
  return createHmac('sha256', secret).update(nonce, 'utf8').digest('hex');
}
