import { beforeEach, describe, expect, it } from 'vitest';
import { Logger } from '@nestjs/common';
import { createAppConfig } from '../../config/create-app-config.js';
import { Metrics } from '../../observability/metrics.js';
import { CallbackLosses, type CallbackObservation } from './callback-losses.js';

Logger.overrideLogger(false);

const DEADLINE_MS = 60_000;
const ARRIVED: CallbackObservation = { callbacks: 1, webhookStatusCode: 200, ageMs: 1_000 };
const LOST: CallbackObservation = { callbacks: 0, webhookStatusCode: null, ageMs: DEADLINE_MS };

describe('a result that a check has found', () => {
  let metrics: Metrics;
  let losses: CallbackLosses;

  beforeEach(() => {
    const config = createAppConfig({
      ASSEMBLYAI_API_KEY: 'a-key',
      CALLBACK_DEADLINE_MS: String(DEADLINE_MS),
    });
    metrics = new Metrics();
    losses = new CallbackLosses(config, metrics);
  });

  it.each<[string, CallbackObservation]>([
    ['a callback has been recorded', ARRIVED],
    [
      'a callback was recorded, whatever status the provider has seen since',
      { ...ARRIVED, webhookStatusCode: 500 },
    ],
    ['the provider got a 2xx', { callbacks: 0, webhookStatusCode: 200, ageMs: 1_000 }],
    ['none was due yet', { callbacks: 0, webhookStatusCode: null, ageMs: DEADLINE_MS - 1 }],
  ])('is not counted as a lost callback when %s', async (_when, observation) => {
    expect(losses.note(observation)).toBeUndefined();
    expect((await metrics.scrape()).text).not.toMatch(/^ringback_callback_losses_total\{/m);
  });

  it.each<[number | null, string, RegExp]>([
    [null, 'never_called', /reached from the internet/],
    [401, 'unauthorized', /ASSEMBLYAI_WEBHOOK_SECRET/],
    [403, 'unauthorized', /ASSEMBLYAI_WEBHOOK_SECRET/],
    [404, 'not_found', /path of ASSEMBLYAI_WEBHOOK_URL/],
    [408, 'timed_out', /too long/],
    [504, 'timed_out', /too long/],
    [413, 'client_error', /another 4xx/],
    [500, 'server_error', /5xx/],
    [503, 'server_error', /5xx/],
  ])(
    'explains the lost callback by the status %p that the provider received',
    async (status, cause, words) => {
      const note = losses.note({ callbacks: 0, webhookStatusCode: status, ageMs: DEADLINE_MS });

      expect(note).toMatch(words);
      expect((await metrics.scrape()).text).toContain(`ringback_callback_losses_total{cause="${cause}"} 1`);
    },
  );

  it('ends waiting for callbacks after five losses in a row, until one arrives', () => {
    const seen = [LOST, LOST, LOST, LOST, ARRIVED, LOST, LOST, LOST, LOST, LOST, LOST, ARRIVED].map(
      (observation) => {
        losses.note(observation);
        return losses.arePersistent;
      },
    );

    expect(seen).toEqual([
      ...[false, false, false, false, false],
      ...[false, false, false, false, true, true, false],
    ]);
  });
});
