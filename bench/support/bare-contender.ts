import { fileURLToPath } from 'node:url';
import { chooseFreePort } from '../../src/embedded-postgres/ports.js';
import { BARE_LISTENS, BARE_WORKS, RESULTS_KEY, SUBMISSIONS_KEY } from '../bare/bare-names.js';
import { COUNT_CORRECTED, CREATE_RECORD_TABLE, RECORD_TABLE } from '../bare/records.js';
import type { ScenarioTools } from '../scenario.js';
import { atOnce } from './at-once.js';
import { CLIENTS, postJson } from './clients.js';
import type { Contender, Surroundings } from './contender.js';
import { NodeProcess } from './node-process.js';
import type { Stores } from './stores.js';

const SCRIPT = fileURLToPath(new URL('../bare/main.js', import.meta.url));

/** The baseline: one api and one worker process on Redis. */
export function startBare(
  stores: Stores,
  surroundings: Surroundings,
  tools: ScenarioTools,
): Promise<Contender> {
  const { client } = stores.redis;
  const setting: Setting = {
    name: 'bare',
    env: {},
    forget: async () => {
      await client.del(RESULTS_KEY, SUBMISSIONS_KEY);
    },
    done: () => client.hlen(RESULTS_KEY),
  };
  return start(setting, { stores, surroundings, tools });
}

/** The same with a record in PostgreSQL and the model's SDK: what a service costs before it is safe. */
export async function startBareWithRecord(
  stores: Stores,
  surroundings: Surroundings,
  tools: ScenarioTools,
): Promise<Contender> {
  const { database, databaseUrl } = stores;
  await database.query(CREATE_RECORD_TABLE);
  const setting: Setting = {
    name: 'bare with a record',
    env: { DATABASE_URL: databaseUrl },
    forget: async () => {
      await database.query(`truncate ${RECORD_TABLE}`);
    },
    done: async () => {
      const { rows } = await database.query<{ count: string }>(COUNT_CORRECTED);
      return Number(rows[0]?.count);
    },
  };
  return start(setting, { stores, surroundings, tools });
}

interface Setting {
  name: string;
  env: Record<string, string>;
  /** Empties what it keeps. */
  forget: () => Promise<void>;
  done: () => Promise<number>;
}

async function start(
  setting: Setting,
  { stores, surroundings, tools }: { stores: Stores; surroundings: Surroundings; tools: ScenarioTools },
): Promise<Contender> {
  const { simulatorUrl, recordingsUrl } = surroundings;
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
    give: async (conversations, chunksEach) => {
      await setting.forget();
      const chunks = Array.from({ length: conversations * chunksEach }, (_chunk, index) => index);
      await atOnce(CLIENTS, chunks, async (index) => {
        const chunkId = `chunk-${index}`;
        await postJson(`${base}/chunks`, { chunkId, audioUrl: `${recordingsUrl}/bare-${index}.wav` }, tools);
      });
    },
    done: setting.done,
  };
}
