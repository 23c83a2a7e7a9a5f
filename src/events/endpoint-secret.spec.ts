import { describe, expect, it } from 'vitest';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { newEndpointSecret, signRequest } from './endpoint-secret.js';

const BODY = '{"type":"chunk.failed","amount":0.0}';

const message = (...secrets: string[]) => ({ id: '019a-1', body: BODY, secrets });

describe('the signature of an event', () => {
  it('is accepted by the official verifier, for the body as it was sent', () => {
    const secret = newEndpointSecret();
    const { body, headers } = signRequest(message(secret), new Date());

    expect(new Webhook(secret).verify(body, headers)).toEqual({ type: 'chunk.failed', amount: 0 });
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow(WebhookVerificationError);
    expect(() => new Webhook(newEndpointSecret()).verify(body, headers)).toThrow(WebhookVerificationError);
  });

  it('is accepted with either secret during a rotation', () => {
    const [current, previous] = [newEndpointSecret(), newEndpointSecret()];
    const { body, headers } = signRequest(message(current, previous), new Date());

    for (const secret of [current, previous]) {
      expect(new Webhook(secret).verify(body, headers)).toBeDefined();
    }
  });

  it('contains the time of the attempt: one of an hour ago is refused', () => {
    const secret = newEndpointSecret();
    const { body, headers } = signRequest(message(secret), new Date(Date.now() - 3_600_000));

    expect(() => new Webhook(secret).verify(body, headers)).toThrow('too old');
  });

  it('cannot be made without a secret, or with an empty one', () => {
    expect(() => signRequest(message(), new Date())).toThrow(TypeError);
    expect(() => signRequest(message('whsec_'), new Date())).toThrow("Secret can't be empty");
  });

  it('is made with a secret that is unique', () => {
    const secrets = Array.from({ length: 20 }, newEndpointSecret);

    expect(new Set(secrets).size).toBe(secrets.length);
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });
});
