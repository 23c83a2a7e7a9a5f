import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** Standard Webhooks requires 24 to 64 bytes. */
const SECRET_BYTES = 32;

/** Generates a secret in the format of receivers' libraries: `whsec_` and base64. */
export function newEndpointSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Body and headers of the request that sends an event to an endpoint. */
export interface SignedRequest {
  body: string;
  headers: Record<string, string>;
}

/**
 * Signs an event by the rules of Standard Webhooks (https://www.standardwebhooks.com, version 1).
 * The id is the same in each attempt, so that a receiver recognizes a repeat. The time is that of
 * the attempt, so that an old copy of the request is refused. During a rotation, each of the two
 * secrets makes a signature.
 *
 * @param message.secrets at least one; the first is the current one
 */
export function signRequest(
  message: { id: string; body: string; secrets: readonly string[] },
  now: Date,
): SignedRequest {
  const { id, body, secrets } = message;
  if (secrets.length === 0) throw new TypeError('an event cannot be signed without a secret');
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, now, body));
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / MS_PER_SECOND)),
      'webhook-signature': signatures.join(' '),
    },
  };
}

const MS_PER_SECOND = 1_000;
