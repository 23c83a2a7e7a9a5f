import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulatedEnvironment } from '../../demo/service/service-environment.js';
import { chooseFreePort } from '../../src/database/embedded/ports.js';
import type { ScenarioTools } from '../scenario.js';
import { atOnce } from './at-once.js';
import { CLIENTS, postJson } from './clients.js';
import type { Contender, Surroundings } from './contender.js';
import { NodeProcess } from './node-process.js';
import type { Stores } from './stores.js';

const SCRIPT = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const READY = /listening on|taking jobs/;

/** One api and one worker process on Redis and PostgreSQL, with the webhook strategy and defaults in everything else. */
export async function startRingback(
  stores: Stores,
  { simulatorUrl, recordingsUrl }: Surroundings,
  tools: ScenarioTools,
): Promise<Contender> {
  const port = await chooseFreePort([]);
  const base = `http://127.0.0.1:${port}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'ringback-bench-'));
  const env = {
    ...simulatedEnvironment({ simulatorUrl, port, dataDir, webhookSecret: 'a-secret-of-the-benchmark' }),
    DATABASE_URL: stores.databaseUrl,
    REDIS_URL: stores.redis.url,
    NODE_ENV: 'production',
  };
  const start = (role: string): Promise<NodeProcess> =>
    NodeProcess.start({ script: SCRIPT, env: { ...env, ROLE: role }, ready: READY }, tools);
  const processes = [await start('api'), await start('worker')];
  const ids: string[] = [];
  return {
    name: 'ringback',
    processes,
    give: async (conversations, chunksEach) => {
      ids.length = 0;
      const numbers = Array.from({ length: conversations }, (_conversation, index) => index);
      await atOnce(CLIENTS, numbers, async () => {
        const { id } = await postJson<{ id: string }>(`${base}/api/conversations`, {}, tools);
        ids.push(id);
        for (let chunk = 0; chunk < chunksEach; chunk += 1) {
          const audioUrl = `${recordingsUrl}/${id}-${chunk}.wav`;
          await postJson(`${base}/api/conversations/${id}/chunks`, { audioUrl }, tools);
        }
        await postJson(`${base}/api/conversations/${id}/finish`, {}, tools);
      });
    },
    done: async () => {
      const { rows } = await stores.database.query<{ count: string }>(
        `select count(*) from chunks c join conversations v on v.id = c.conversation_id
         where v.id = any($1) and v.status = 'finalized' and c.status = 'completed'`,
        [ids],
      );
      return Number(rows[0]?.count);
    },
  };
}
