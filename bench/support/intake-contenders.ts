import { fileURLToPath } from 'node:url';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { v7 as uuidv7 } from 'uuid';
import { simulatedEnvironment } from '../../commands/service/service-environment.js';
import { chooseFreePort } from '../../src/embedded-postgres/ports.js';
import { JOB_ATTEMPTS, jobId, QUEUE_NAMES } from '../../src/queues/job-catalogue.js';
import { RedisQueueEngine } from '../../src/queues/queue-engine.js';
import { CALLBACK_PATH, CALLBACK_SECRET_HEADER } from '../../src/webhooks/callback-auth.hook.js';
import { BARE_LISTENS } from '../bare/bare-names.js';
import type { ScenarioTools } from '../scenario.js';
import { NodeProcess } from './node-process.js';
import type { Stores } from './stores.js';

export interface CallbackRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** An api process that receives callbacks, and the callbacks that it accepts. */
export interface Intake {
  readonly name: string;
  readonly process: NodeProcess;
  readonly url: string;
  callback(index: number): CallbackRequest;
}

interface Setting {
  stores: Stores;
  submissions: number;
}

const SERVICE = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const BARE = fileURLToPath(new URL('../bare/main.js', import.meta.url));
const SECRET = 'a-secret-of-the-benchmark';
/** The provider receives no requests. */
const NOWHERE = 'http://127.0.0.1:9';
const JOBS_PER_COMMAND = 1_000;
/** No check becomes due by itself. */
const ASLEEP_MS = 86_400_000;

export async function startBareIntake({ stores }: Setting, tools: ScenarioTools): Promise<Intake> {
  const port = await chooseFreePort([]);
  const url = `http://127.0.0.1:${port}`;
  const env = {
    REDIS_URL: stores.redis.url,
    PROVIDERS_URL: NOWHERE,
    PORT: String(port),
    CALLBACK_URL: `${url}/callback`,
    NODE_ENV: 'production',
  };
  const process = await NodeProcess.start(
    { script: BARE, args: ['api'], env, ready: new RegExp(BARE_LISTENS) },
    tools,
  );
  return {
    name: 'bare',
    process,
    url,
    callback: (index) => ({
      path: `/callback?chunkId=chunk-${index}&audioUrl=http%3A%2F%2Fa.example%2F${index}.wav`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ transcript_id: `transcript-${index}`, status: 'completed' }),
    }),
  };
}

export async function startRingbackIntake(
  { stores, submissions }: Setting,
  tools: ScenarioTools,
): Promise<Intake> {
  const port = await chooseFreePort([]);
  const dataDir = await mkdtemp(join(tmpdir(), 'ringback-bench-'));
  const env = {
    ...simulatedEnvironment({ simulatorUrl: NOWHERE, port, dataDir, webhookSecret: SECRET }),
    DATABASE_URL: stores.databaseUrl,
    REDIS_URL: stores.redis.url,
    ROLE: 'api',
    NODE_ENV: 'production',
  };
  const process = await NodeProcess.start({ script: SERVICE, env, ready: /listening on/ }, tools);
  const ids = Array.from({ length: submissions }, () => uuidv7());
  await register(stores, ids);
  return {
    name: 'ringback',
    process,
    url: `http://127.0.0.1:${port}`,
    callback: (index) => ({
      path: `${CALLBACK_PATH}?submission=${ids[index] ?? ''}`,
      headers: { 'content-type': 'application/json', [CALLBACK_SECRET_HEADER]: SECRET },
      body: JSON.stringify({ transcript_id: ids[index], status: 'completed' }),
    }),
  };
}

/**
 * Writes the state after a submit for each submission: its rows, and its delayed check in the
 * queue.
 */
async function register({ database, redis }: Stores, ids: readonly string[]): Promise<void> {
  const conversationId = uuidv7();
  await database.query('insert into conversations (id, redact_pii, anonymize) values ($1, false, false)', [
    conversationId,
  ]);
  await database.query(
    `insert into chunks (id, conversation_id, position, audio_url, status, submission_id, submitted_at)
     select id, $1, number, 'https://a.example/a.wav', 'transcribing', id, now()
     from unnest($2::uuid[]) with ordinality as t(id, number)`,
    [conversationId, ids],
  );
  await database.query(
    `insert into submissions (id, chunk_id, conversation_id, strategy, status, transcript_id, audio_url_hash,
       lease_until, submitted_at)
     select id, id, $1, 'webhook', 'submitted', id::text, 'none', now(), now() from unnest($2::uuid[]) as t(id)`,
    [conversationId, ids],
  );
  await database.query('analyze');
  const queue = new Queue(QUEUE_NAMES.check, new RedisQueueEngine(redis.url).options);
  try {
    for (let start = 0; start < ids.length; start += JOBS_PER_COMMAND) {
      await queue.addBulk(
        ids.slice(start, start + JOBS_PER_COMMAND).map((submissionId) => ({
          name: 'check',
          data: { submissionId },
          opts: { jobId: jobId('check', { submissionId }), delay: ASLEEP_MS, attempts: JOB_ATTEMPTS.check },
        })),
      );
    }
  } finally {
    await queue.close();
  }
}
