import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { closing } from '../../commands/closing.js';
import { startEmbeddedServer } from '../../src/embedded-postgres/embedded-server.js';
import { readPostmaster } from '../../src/embedded-postgres/postmaster.js';
import type { ScenarioTools } from '../scenario.js';
import { cpuMsOf, cpuMsOfFamily } from './cpu-time.js';
import { withRedis, type BenchRedis } from './redis-server.js';

/** The stores of records and queues that the measured processes use. */
export interface Stores {
  redis: BenchRedis;
  databaseUrl: string;
  database: pg.Client;
  /** Processor time and work so far. */
  usage(): Promise<StoreUsage>;
}

export interface StoreUsage {
  postgresCpuMs: number;
  redisCpuMs: number;
  transactions: number;
  redisCommands: number;
}

/** Runs `work` with its own empty PostgreSQL and Redis, each in a separate process. */
export async function withStores<T>(tools: ScenarioTools, work: (stores: Stores) => Promise<T>): Promise<T> {
  return withRedis(tools, async (redis) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ringback-bench-stores-'));
    const server = await startEmbeddedServer({ dataDir, log: () => undefined });
    return closing(
      async () => {
        await server.stop();
        await rm(dataDir, { recursive: true });
      },
      async () => {
        const database = new pg.Client({ connectionString: server.connectionString });
        await database.connect();
        const postmaster = await readPostmaster(join(dataDir, 'postgres'));
        const pid = postmaster.state === 'alive' ? postmaster.pid : 0;
        return closing(
          () => database.end(),
          () =>
            work({
              redis,
              databaseUrl: server.connectionString,
              database,
              usage: async () => ({
                postgresCpuMs: await cpuMsOfFamily(pid),
                redisCpuMs: await cpuMsOf(redis.pid),
                transactions: await transactionsOf(database),
                redisCommands: await commandsOf(redis),
              }),
            }),
        );
      },
    );
  });
}

async function transactionsOf(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ count: string }>(
    'select xact_commit + xact_rollback as count from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]?.count);
}

/** Counts commands within scripts too. */
async function commandsOf({ client }: BenchRedis): Promise<number> {
  const stats = await client.info('commandstats');
  return [...stats.matchAll(/:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}
