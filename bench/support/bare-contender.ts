import { fileURLToPath } from 'node:url';
import { chooseFreePort } from '../../src/database/embedded/ports.js';
import { BARE_LISTENS, BARE_WORKS, RESULTS_KEY, SUBMISSIONS_KEY } from '../bare/bare-names.js';
import type { ScenarioTools } from '../scenario.js';
import { atOnce } from './at-once.js';
import { CLIENTS, postJson } from './clients.js';
import type { Contender, Surroundings } from './contender.js';
import { NodeProcess } from './node-process.js';
import type { Stores } from './stores.js';

const SCRIPT = fileURLToPath(new URL('../bare/main.js', import.meta.url));

/** The baseline: one api and one worker process on Redis. */
export async function startBare(
  stores: Stores,
  { simulatorUrl, recordingsUrl }: Surroundings,
  tools: ScenarioTools,
): Promise<Contender> {
  const { client, url } = stores.redis;
  const port = await chooseFreePort([]);
  const base = `http://127.0.0.1:${port}`;
  const env = {
    REDIS_URL: url,
    PROVIDERS_URL: simulatorUrl,
    PORT: String(port),
    CALLBACK_URL: `${base}/callback`,
    NODE_ENV: 'production',
  };
  const start = (role: string, ready: string): Promise<NodeProcess> =>
    NodeProcess.start({ script: SCRIPT, args: [role], env, ready: new RegExp(ready) }, tools);
  const processes = [await start('api', BARE_LISTENS), await start('worker', BARE_WORKS)];
  return {
    name: 'bare',
    processes,
    give: async (conversations, chunksEach) => {
      await client.del(RESULTS_KEY, SUBMISSIONS_KEY);
      const chunks = Array.from({ length: conversations * chunksEach }, (_chunk, index) => index);
      await atOnce(CLIENTS, chunks, async (index) => {
        const chunkId = `chunk-${index}`;
        await postJson(`${base}/chunks`, { chunkId, audioUrl: `${recordingsUrl}/bare-${index}.wav` }, tools);
      });
    },
    done: () => client.hlen(RESULTS_KEY),
  };
}
