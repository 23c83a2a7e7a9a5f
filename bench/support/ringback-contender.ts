import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulatedEnvironment } from '../../commands/service/service-environment.js';
import { chooseFreePort } from '../../src/embedded-postgres/ports.js';
import type { ScenarioTools } from '../scenario.js';
import { forEachConcurrently } from './for-each-concurrently.js';
import { CLIENTS, postJson } from './clients.js';
import type { Contender, Endpoints } from './contender.js';
import { resetRequestCount } from './reset-request-count.js';
import { NodeProcess } from './node-process.js';
import type { Stores } from './stores.js';

const SCRIPT = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const READY = /listening on|taking jobs/;

/**
 * Starts one api and one worker process on Redis and PostgreSQL, with the webhook strategy and
 * defaults in everything else.
 */
export function startRingback(
  stores: Stores,
  endpoints: Endpoints,
  tools: ScenarioTools,
): Promise<Contender> {
  const setting = { name: 'ringback', roles: ['api', 'worker'], env: { REDIS_URL: stores.redis.url } };
  return start(setting, { stores, endpoints, tools });
}

/** Starts one process for everything, with queues and coordination in PostgreSQL. */
export function startRingbackWithoutRedis(
  stores: Stores,
  endpoints: Endpoints,
  tools: ScenarioTools,
): Promise<Contender> {
  return start({ name: 'ringback without Redis', roles: ['all'], env: {} }, { stores, endpoints, tools });
}

async function start(
  setting: { name: string; roles: readonly string[]; env: Record<string, string> },
  { stores, endpoints, tools }: { stores: Stores; endpoints: Endpoints; tools: ScenarioTools },
): Promise<Contender> {
  const { simulatorUrl, recordingsUrl } = endpoints;
  const port = await chooseFreePort([]);
  const base = `http://127.0.0.1:${port}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'ringback-bench-'));
  const env = {
    ...simulatedEnvironment({ simulatorUrl, port, dataDir, webhookSecret: 'a-secret-of-the-benchmark' }),
    ...setting.env,
    DATABASE_URL: stores.databaseUrl,
    NODE_ENV: 'production',
  };
  const processes: NodeProcess[] = [];
  for (const role of setting.roles) {
    processes.push(
      await NodeProcess.start({ script: SCRIPT, env: { ...env, ROLE: role }, ready: READY }, tools),
    );
  }
  /**
   * Conversations that are not finalized yet: counting all of them each time would cost the
   * database more than a chunk does.
   */
  const unfinished = new Set<string>();
  let completed = 0;
  return {
    name: setting.name,
    processes,
    addWork: async (conversations, chunksEach) => {
      unfinished.clear();
      completed = 0;
      await resetRequestCount(stores);
      const numbers = Array.from({ length: conversations }, (_conversation, index) => index);
      await forEachConcurrently(CLIENTS, numbers, async () => {
        const { id } = await postJson<{ id: string }>(`${base}/api/conversations`, {}, tools);
        unfinished.add(id);
        for (let chunk = 0; chunk < chunksEach; chunk += 1) {
          const audioUrl = `${recordingsUrl}/${id}-${chunk}.wav`;
          await postJson(`${base}/api/conversations/${id}/chunks`, { audioUrl }, tools);
        }
        await postJson(`${base}/api/conversations/${id}/finish`, {}, tools);
      });
    },
    done: async () => {
      const { rows } = await stores.database.query<{ id: string; completed: string }>(
        `select v.id, (select count(*) from chunks c where c.conversation_id = v.id and c.status = 'completed') as completed
         from conversations v where v.id = any($1) and v.status = 'finalized'`,
        [[...unfinished]],
      );
      for (const finished of rows) {
        unfinished.delete(finished.id);
        completed += Number(finished.completed);
      }
      return completed;
    },
  };
}
