import { createHmac } from 'node:crypto';

/** The status of a callback that is not about a transcript: somebody asks whether it arrives here. */
export const DOCTOR_STATUS = 'ringback_doctor';

/** What only a service that knows the secret can answer to a nonce. */
export function callbackProof(secret: string, nonce: string): string {
  return createHmac('sha256', secret).update(nonce, 'utf8').digest('hex');
}
