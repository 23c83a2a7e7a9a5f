import { describe, expect, it } from 'vitest';
import type { DeliveryStrategy } from './delivery-strategy.js';
import { PollingDelivery } from './polling-delivery.js';
import { WebhookDelivery } from './webhook-delivery.js';

const SUBMISSION = '019a0000-0000-7000-8000-000000000001';
const POLL_INTERVAL_MS = 3_000;

function webhookDelivery(options: { callbackDeadlineMs?: number; arePersistent?: boolean } = {}) {
  return new WebhookDelivery({
    url: 'https://ringback.example.org/api/webhooks/assemblyai?tenant=a',
    secret: 'a-secret',
    callbackDeadlineMs: options.callbackDeadlineMs ?? 45_000,
    pollIntervalMs: POLL_INTERVAL_MS,
    losses: { arePersistent: options.arePersistent ?? false, note: () => undefined },
  });
}

describe('the polling strategy', () => {
  const delivery: DeliveryStrategy = new PollingDelivery(POLL_INTERVAL_MS);

  it('requests no callback', () => {
    expect(delivery.callbackRequest(SUBMISSION)).toBeUndefined();
  });

  it('polls at one interval, including submissions sent with a callback', () => {
    expect(delivery.firstPauseMs()).toBe(POLL_INTERVAL_MS);
    expect(delivery.nextPauseMs('polling')).toBe(POLL_INTERVAL_MS);
    expect(delivery.nextPauseMs('webhook')).toBe(POLL_INTERVAL_MS);
  });
});

describe('the webhook strategy', () => {
  it('requests a callback with the submission id and the secret', () => {
    expect(webhookDelivery().callbackRequest(SUBMISSION)).toEqual({
      url: `https://ringback.example.org/api/webhooks/assemblyai?tenant=a&submission=${SUBMISSION}`,
      headerName: 'X-AssemblyAI-Webhook-Secret',
      secret: 'a-secret',
    });
  });

  it('waits for the callback until the deadline, and as long again after each check', () => {
    const delivery = webhookDelivery();

    expect(delivery.firstPauseMs()).toBe(45_000);
    expect(delivery.nextPauseMs('webhook')).toBe(45_000);
  });

  it('waits a minute at most once the deadline has passed', () => {
    const delivery = webhookDelivery({ callbackDeadlineMs: 180_000 });

    expect(delivery.firstPauseMs()).toBe(180_000);
    expect(delivery.nextPauseMs('webhook')).toBe(60_000);
  });

  it('polls submissions that were sent without a callback', () => {
    expect(webhookDelivery().nextPauseMs('polling')).toBe(POLL_INTERVAL_MS);
  });

  it('polls every submission while callbacks are lost', () => {
    const delivery = webhookDelivery({ arePersistent: true });

    expect(delivery.firstPauseMs()).toBe(POLL_INTERVAL_MS);
    expect(delivery.nextPauseMs('webhook')).toBe(POLL_INTERVAL_MS);
  });
});
