import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOB_KINDS } from '../src/queues/job-catalogue.js';
import { Fleet } from './support/fleet.js';
import { waitUntil } from './support/wait-until.js';

const START_DEADLINE_MS = 120_000;
const CHUNKS = 5;
/** One for each queue. */
const HEARTBEATS = JOB_KINDS.length;

describe('ten processes that start at once on an empty database', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start({ apis: 5, workers: 5, emptyDatabase: true });
  }, START_DEADLINE_MS);

  afterAll(async () => {
    await fleet.stop();
  }, START_DEADLINE_MS);

  it('make every table once, and log no error', async () => {
    expect(await fleet.count('kysely_migration')).toBe(
      await fleet.count('(select distinct name from kysely_migration) as migrations'),
    );
    expect(await fleet.count('projects')).toBe(0);
    expect(fleet.errors()).toEqual([]);
  });

  it('have one heartbeat for each queue on PostgreSQL, and need none on Redis', async () => {
    if (fleet.redis !== undefined) {
      const keys = await fleet.redis.use((redis) => redis.keys('{ringback}:*:repeat*'));
      expect(keys).toEqual([]);
      return;
    }
    await waitUntil(
      () => fleet.count('bullmq.scheduler'),
      (count) => count === HEARTBEATS,
      START_DEADLINE_MS,
    );
  });

  it(
    'share the work that comes afterwards, each part of it done once',
    async () => {
      const { id } = await fleet.api.createConversation();
      for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
        await fleet.apis[chunk % fleet.apis.length]?.addChunk(id);
      }
      await fleet.api.finish(id);
      const { chunks } = await fleet.api.summarizedConversation(id, START_DEADLINE_MS);
      expect(chunks).toEqual({ total: CHUNKS, pending: 0, completed: CHUNKS, failed: 0 });
      expect(fleet.simulator.ledger.counts).toMatchObject({ submit: CHUNKS, correct: CHUNKS, summarize: 1 });
      expect(fleet.errors()).toEqual([]);
    },
    START_DEADLINE_MS,
  );
});
