import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** Standard Webhooks asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;

/** A new secret, in the form that receivers' libraries take: `whsec_` and base64. */
export function newEndpointSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** An event on its way to an endpoint. */
export interface SignedRequest {
  body: string;
  headers: Record<string, string>;
}

/**
 * Signs an event by the rules of Standard Webhooks (https://www.standardwebhooks.com, version 1): the id stays the same however
 * often it is sent, so that a receiver can tell a repeat; the time is that of this attempt, so that an old recording of it is
 * refused. While a secret is exchanged there is a signature by each.
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
