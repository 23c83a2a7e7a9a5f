import { describe, expect, it } from 'vitest';
import type { ProcessingEventResponse } from '../src/conversations/chunks.dto.js';
import { settleChunk } from './support/one-chunk.js';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const HEARD = 'the treasurer said that nothing was left in the box';

describe.each(STRATEGIES)('the processing log of a chunk, with the %s strategy', (strategy) => {
  const world = sharedWorld(() => World.start({ strategy, env: { RETRY_BASE_MS: '5' } }), {
    prepare: ({ simulator }) => {
      simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: HEARD } });
    },
  });

  /** Waits for an entry, as entries are written shortly after their job has run. */
  const eventsUntil = (chunkId: string, job: string, event: string) =>
    waitUntil(
      () => world().api.events(chunkId),
      (events) => events.some((entry) => entry.job === job && entry.event === event),
    );

  const stepsOf = (events: ProcessingEventResponse[]) => events.map(({ job, event }) => `${job} ${event}`);

  it('shows each job’s start and end, and how long it took', async () => {
    const chunk = await settleChunk(world().api);
    const events = await eventsUntil(chunk.id, 'correct', 'completed');

    expect(stepsOf(events)).toEqual([
      'submit started',
      'submit completed',
      'check started',
      'check completed',
      'correct started',
      'correct completed',
    ]);
    const startedAt = events.map(({ at }) => Date.parse(at));
    expect(startedAt).toEqual([...startedAt].sort((a, b) => a - b));
    for (const { event, durationMs, chunkId, submissionId, message } of events) {
      expect(chunkId).toBe(chunk.id);
      expect(submissionId).not.toBeNull();
      expect(message).toBeNull();
      if (event === 'started') expect(durationMs).toBeNull();
      else expect(durationMs).toBeGreaterThanOrEqual(0);
    }
  });

  it('shows how long a job waited for its provider', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: { kind: 'delay', ms: 150 } });
    const chunk = await settleChunk(world().api);
    const events = await eventsUntil(chunk.id, 'correct', 'completed');

    expect(events.at(-1)?.durationMs).toBeGreaterThanOrEqual(150);
  });

  it('shows each failed try of a correction, with its reason, and why it was given up in the end', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: { kind: 'status', status: 503 } });
    const chunk = await settleChunk(world().api);
    const events = await eventsUntil(chunk.id, 'correct', 'completed');
    const ends = events.filter(({ job, event }) => job === 'correct' && event !== 'started');

    expect(ends.map(({ event }) => event)).toEqual([...Array<string>(5).fill('failed'), 'completed']);
    expect(ends.every(({ message }) => message?.includes('The Gemini API answered 503'))).toBe(true);
    expect(ends.every(({ durationMs }) => durationMs !== null)).toBe(true);
  });

  it('shows why a submit or a check failed', async () => {
    world().simulator.faults.clear();
    world().simulator.faults.add(
      { operation: 'upload', effect: { kind: 'status', status: 503 }, times: 1 },
      { operation: 'submit', effect: { kind: 'status', status: 500 }, times: 1 },
      // The submit that is answered 500 uses the first of these.
      {
        operation: 'submit',
        effect: { kind: 'outcome', status: 'error', error: 'Server error, developers have been alerted.' },
        times: 2,
      },
      {
        operation: 'submit',
        effect: { kind: 'outcome', status: 'error', error: 'Audio duration is too short.' },
      },
    );
    const chunk = await settleChunk(world().api);
    const events = await waitUntil(
      () => world().api.events(chunk.id),
      (entries) => entries.some(({ message }) => message === chunk.error),
    );
    const messages = events.flatMap(({ job, message }) => (message === null ? [] : [`${job}: ${message}`]));

    expect(chunk.status).toBe('failed');
    expect(messages).toEqual([
      expect.stringMatching(/^submit: .*\(503\)/),
      expect.stringMatching(/^submit: .*\(500\)/),
      expect.stringMatching(/^check: .*\(500\)/),
      expect.stringMatching(/^check: .*Server error/),
      `check: ${chunk.error ?? ''}`,
    ]);
  });

  it('holds no text of the recording, whatever a model makes of it', async () => {
    world().simulator.faults.add({
      operation: 'correct',
      effect: { kind: 'text', text: `I heard: ${HEARD}` },
    });
    const chunk = await settleChunk(world().api);
    const events = await eventsUntil(chunk.id, 'correct', 'completed');

    expect(chunk.transcript).toBe(HEARD);
    expect(stepsOf(events)).toContain('correct failed');
    expect(JSON.stringify(events)).not.toContain('treasurer');
  });
});
