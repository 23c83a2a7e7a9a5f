import { fileURLToPath } from 'node:url';
import { chooseFreePort } from '../../src/embedded-postgres/ports.js';
import { BARE_LISTENS, BARE_WORKS, RESULTS_KEY, SUBMISSIONS_KEY } from '../bare/bare-names.js';
import { COUNT_CORRECTED, CREATE_RECORD_TABLE, RECORD_TABLE } from '../bare/records.js';
import type { ScenarioTools } from '../scenario.js';
import { forEachConcurrently } from './for-each-concurrently.js';
import { CLIENTS, postJson } from './clients.js';
import type { Contender, Endpoints } from './contender.js';
import { NodeProcess } from './node-process.js';
import type { Stores } from './stores.js';

const SCRIPT = fileURLToPath(new URL('../bare/main.js', import.meta.url));

/** Starts the baseline: one api and one worker process on Redis. */
export function startBare(stores: Stores, endpoints: Endpoints, tools: ScenarioTools): Promise<Contender> {
  const { client } = stores.redis;
  const setting: Setting = {
    name: 'bare',
    env: {},
    clear: async () => {
      await client.del(RESULTS_KEY, SUBMISSIONS_KEY);
    },
    done: () => client.hlen(RESULTS_KEY),
  };
  return start(setting, { stores, endpoints, tools });
}

/** Starts the baseline with a record in PostgreSQL and the model's SDK, still without checks. */
export async function startBareWithRecord(
  stores: Stores,
  endpoints: Endpoints,
  tools: ScenarioTools,
): Promise<Contender> {
  const { database, databaseUrl } = stores;
  await database.query(CREATE_RECORD_TABLE);
  const setting: Setting = {
    name: 'bare with a record',
    env: { DATABASE_URL: databaseUrl },
    clear: async () => {
      await database.query(`truncate ${RECORD_TABLE}`);
    },
    done: async () => {
      const { rows } = await database.query<{ count: string }>(COUNT_CORRECTED);
      return Number(rows[0]?.count);
    },
  };
  return start(setting, { stores, endpoints, tools });
}

interface Setting {
  name: string;
  env: Record<string, string>;
  /** Deletes its stored results. */
  clear: () => Promise<void>;
  done: () => Promise<number>;
}

async function start(
  setting: Setting,
  { stores, endpoints, tools }: { stores: Stores; endpoints: Endpoints; tools: ScenarioTools },
): Promise<Contender> {
  const { simulatorUrl, recordingsUrl } = endpoints;
  const { url } = stores.redis;
  const port = await chooseFreePort([]);
  const base = `http://127.0.0.1:${port}`;
  const env = {
    REDIS_URL: url,
    PROVIDERS_URL: simulatorUrl,
    PORT: String(port),
    CALLBACK_URL: `${base}/callback`,
    NODE_ENV: 'production',
    ...setting.env,
  };
  const launch = (role: string, ready: string): Promise<NodeProcess> =>
    NodeProcess.start({ script: SCRIPT, args: [role], env, ready: new RegExp(ready) }, tools);
  const processes = [await launch('api', BARE_LISTENS), await launch('worker', BARE_WORKS)];
  return {
    name: setting.name,
    processes,
    addWork: async (conversations, chunksEach) => {
      await setting.clear();
      const chunks = Array.from({ length: conversations * chunksEach }, (_chunk, index) => index);
      await forEachConcurrently(CLIENTS, chunks, async (index) => {
        const chunkId = `chunk-${index}`;
        await postJson(`${base}/chunks`, { chunkId, audioUrl: `${recordingsUrl}/bare-${index}.wav` }, tools);
      });
    },
    done: setting.done,
  };
}
