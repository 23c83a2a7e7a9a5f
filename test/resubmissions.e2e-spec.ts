import { describe, expect, it } from 'vitest';
import type { Simulator } from '../simulator/simulator.js';
import { MAX_RESUBMISSIONS } from '../src/chunks/submission-outcomes.js';
import { settleChunk } from './support/one-chunk.js';
import { submissionCounts } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

const THEIR_FAULT =
  'Internal server error. Please retry your request. If the error persists, please contact support@assemblyai.com for more information.';
const RETRY_BASE_MS = 5;
/** Half of a pause is random. */
const SHORTEST_LAST_PAUSE_MS = (RETRY_BASE_MS * 2 ** (MAX_RESUBMISSIONS - 1)) / 2;

const env = { RETRY_BASE_MS: String(RETRY_BASE_MS) };

function failEverySubmission(simulator: Simulator, error = THEIR_FAULT): void {
  simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'error', error } });
}

describe('a recording that the provider fails again and again', () => {
  const world = sharedWorld(() => World.start({ env }));

  it('is submitted again up to the limit, after growing pauses, and then fails with the provider’s words', async () => {
    const { simulator, api, database } = world();
    failEverySubmission(simulator);
    const chunk = await settleChunk(api);

    const times = simulator.ledger.submits.map(({ time }) => time);
    expect(times).toHaveLength(MAX_RESUBMISSIONS + 1);
    expect((times.at(-1) ?? 0) - (times.at(-2) ?? 0)).toBeGreaterThanOrEqual(SHORTEST_LAST_PAUSE_MS);
    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'provider_fault' });
    expect(chunk.error).toMatch(/in 9 submissions; try the chunk again later.*Internal server error/);
    expect(await submissionCounts(database.url, chunk.conversationId)).toEqual({
      abandoned: MAX_RESUBMISSIONS,
      failed: 1,
    });
  });

  it('has all its submissions again after a restart', async () => {
    const { simulator, api } = world();
    failEverySubmission(simulator);
    const { id } = await settleChunk(api);
    simulator.faults.clear();
    simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: THEIR_FAULT },
      times: MAX_RESUBMISSIONS,
    });
    await api.post(`/api/transcription/chunks/${id}`, {});

    expect(await api.settledChunk(id)).toMatchObject({ status: 'completed' });
  });

  it('is submitted once when its error does not advise to try again', async () => {
    const { simulator, api } = world();
    failEverySubmission(simulator, 'This file cannot be read. Please try again with another file.');
    const chunk = await settleChunk(api);

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'other' });
    expect(simulator.ledger.counts.submit).toBe(1);
  });
});

describe('a recording that the provider fails again and again, where the model may rescue it', () => {
  const world = sharedWorld(() => World.start({ env: { ...env, RESCUE_FAILED_TRANSCRIPTS: 'true' } }));

  it('goes to the model after the last submission', async () => {
    const { simulator, api } = world();
    failEverySubmission(simulator);
    const chunk = await settleChunk(api);

    expect(chunk).toMatchObject({
      status: 'completed',
      diarization: { data: { rescued: { errorCode: 'provider_fault' } } },
    });
    expect(simulator.ledger.counts).toMatchObject({ submit: MAX_RESUBMISSIONS + 1, listen: 1 });
  });
});
