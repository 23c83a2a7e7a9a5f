import pg from 'pg';
import { query } from './record.js';
import type { World } from './test-service.js';
import { waitUntil } from './wait-until.js';

const DEADLOCK_DETECTED = '40P01';

/** Deletes every job of every queue, and all coordination, like the loss of a Redis. */
export async function wipeQueues(world: World): Promise<void> {
  if (world.redis !== undefined) {
    await world.redis.wipe();
    return;
  }
  await truncate(world, "schemaname = 'bullmq' and tablename not like '%migration%'");
  await wipeCoordination(world);
}

/** Deletes the sets of pending chunks, the locks and the callback metadata; the jobs stay. */
export async function wipeCoordination(world: World): Promise<void> {
  if (world.redis === undefined) {
    await truncate(world, "schemaname = 'public' and tablename like 'coordination\\_%'");
    return;
  }
  await world.redis.use(async (redis) => {
    const keys = await redis.keys('coord:*');
    if (keys.length === 0) throw new Error('there is no coordination to wipe');
    await redis.del(keys);
  });
}

async function truncate(world: World, condition: string): Promise<void> {
  const tables = await query<{ name: string }>(
    world.database.url,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where ${condition}`,
  );
  if (tables.length === 0) throw new Error(`no table to wipe: ${condition}`);
  const statement = `truncate ${tables.map(({ name }) => name).join(', ')}`;
  await waitUntil(
    () => succeeds(world, statement),
    (done) => done,
  );
}

/** Workers lock the same tables in their own order; the loser of a deadlock tries again. */
async function succeeds(world: World, statement: string): Promise<boolean> {
  try {
    await query(world.database.url, statement);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === DEADLOCK_DETECTED) return false;
    throw error;
  }
}
