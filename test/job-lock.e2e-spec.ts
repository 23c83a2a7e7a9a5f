import { describe, expect, it } from 'vitest';
import { holdNext } from './support/hold-next.js';
import { startChunk } from './support/one-chunk.js';
import { query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

/** Far beyond every default. */
const LOCK_MS = 600_000;

describe('the lock on a running job', () => {
  const world = sharedWorld(() => World.start({ env: { JOB_LOCK_MS: String(LOCK_MS) } }));

  it('lasts as long as JOB_LOCK_MS says', async () => {
    const held = holdNext(world(), 'beforeCorrectionResponse');
    const { id } = await startChunk(world().api);
    await held.reached;
    const leftMs = await locksLeftMs(world());
    held.open();
    await world().api.settledChunk(id);

    expect(leftMs).toHaveLength(1);
    expect(leftMs[0]).toBeGreaterThan(LOCK_MS / 2);
    expect(leftMs[0]).toBeLessThanOrEqual(LOCK_MS);
  });
});

/** Reads how long each lock lasts from now on, in milliseconds. */
async function locksLeftMs({ redis, database }: World): Promise<number[]> {
  if (redis !== undefined) {
    return redis.use(async (client) => {
      const keys = await client.keys('{ringback}:*:lock');
      return Promise.all(keys.map((key) => client.pttl(key)));
    });
  }
  const rows = await query<{ left: number }>(
    database.url,
    `select (locked_until_ms - extract(epoch from now()) * 1000)::float8 as left
     from bullmq.job where locked_until_ms is not null`,
  );
  return rows.map(({ left }) => left);
}
