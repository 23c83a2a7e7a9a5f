/**
 * The careless baseline: the same job on the same libraries, without records, checks, validation or
 * error handling. Fastify adds a job for each request; workers submit, get, correct, and save a
 * hash in Redis. Lost data stays lost.
 *
 *  node dist/bench/bare/main.js api|worker   with REDIS_URL, PROVIDERS_URL, PORT and CALLBACK_URL
 *
 * With a DATABASE_URL it keeps a record in PostgreSQL and calls the model through Google's SDK.
 * That is the minimal cost of Ringback's own libraries, still without a check.
 */
import axios from 'axios';
import { Queue, Worker, type Job } from 'bullmq';
import Fastify from 'fastify';
import http from 'node:http';
import { Redis } from 'ioredis';
import { BARE_LISTENS, BARE_WORKS } from './bare-names.js';
import { askOverHttp, askThroughSdk } from './models.js';
import { HashRecords, TableRecords, type Records } from './records.js';

interface SubmitData {
  chunkId: string;
  audioUrl: string;
}

interface GetData extends SubmitData {
  transcriptId: string;
}

/** Ringback's default concurrency. */
const SUBMITS_CONCURRENCY = 16;
const GETS_CONCURRENCY = 16;
const CORRECTIONS_CONCURRENCY = 8;

const env = (name: string): string => process.env[name] ?? '';
const databaseUrl = process.env['DATABASE_URL'];
const redisUrl = new URL(env('REDIS_URL'));
const connection = {
  host: redisUrl.hostname,
  port: Number(redisUrl.port),
  maxRetriesPerRequest: null,
};
const queueOptions = { connection, prefix: '{bare}', defaultJobOptions: { removeOnComplete: true } };
const submits = new Queue<SubmitData>('submit', queueOptions);
const gets = new Queue<GetData>('get', queueOptions);
const corrections = new Queue<GetData & { text: string }>('correct', queueOptions);

function openRecords(): Records {
  return databaseUrl === undefined
    ? new HashRecords(new Redis(env('REDIS_URL')))
    : new TableRecords(databaseUrl);
}

async function runApi(): Promise<void> {
  const records = openRecords();
  const app = Fastify();
  app.post<{ Body: SubmitData }>('/chunks', async (request, reply) => {
    await records.keep('added', request.body.chunkId, request.body.audioUrl);
    await submits.add('submit', request.body);
    return reply.status(202).send({ id: request.body.chunkId });
  });
  app.post<{ Body: { transcript_id: string }; Querystring: SubmitData }>('/callback', async (request) => {
    await records.keep('called', request.query.chunkId);
    await gets.add('get', { ...request.query, transcriptId: request.body.transcript_id });
    return { status: 'ok' };
  });
  await app.listen({ host: '127.0.0.1', port: Number(env('PORT')) });
  console.log(BARE_LISTENS);
}

async function runWorker(): Promise<void> {
  const records = openRecords();
  const agent = new http.Agent({ keepAlive: true });
  const providers = axios.create({ baseURL: env('PROVIDERS_URL'), httpAgent: agent });
  const askModel = databaseUrl === undefined ? askOverHttp(providers) : askThroughSdk(env('PROVIDERS_URL'));
  const authorization = { authorization: 'simulator' };
  const submit = async ({ data }: Job<SubmitData>): Promise<void> => {
    await records.keep('opened', data.chunkId);
    const query = new URLSearchParams({ chunkId: data.chunkId, audioUrl: data.audioUrl });
    const { data: transcript } = await providers.post<{ id: string }>(
      '/v2/transcript',
      {
        audio_url: data.audioUrl,
        speech_models: ['universal-2'],
        webhook_url: `${env('CALLBACK_URL')}?${query.toString()}`,
      },
      { headers: authorization },
    );
    await records.keep('submitted', data.chunkId, transcript.id);
  };
  const get = async ({ data }: Job<GetData>): Promise<void> => {
    const { data: transcript } = await providers.get<{ text: string }>(
      `/v2/transcript/${data.transcriptId}`,
      { headers: authorization },
    );
    await records.keep('transcribed', data.chunkId, transcript.text);
    await corrections.add('correct', { ...data, text: transcript.text });
  };
  const correct = async ({ data }: Job<GetData & { text: string }>): Promise<void> => {
    await records.keep('read', data.chunkId);
    const audio = await axios.get<ArrayBuffer>(data.audioUrl, {
      responseType: 'arraybuffer',
      httpAgent: agent,
    });
    const answer = await askModel(Buffer.from(audio.data), `Correct this transcript.\n${data.text}`);
    await records.keep('corrected', data.chunkId, answer);
  };
  const workers = [
    new Worker('submit', submit, { connection, prefix: '{bare}', concurrency: SUBMITS_CONCURRENCY }),
    new Worker('get', get, { connection, prefix: '{bare}', concurrency: GETS_CONCURRENCY }),
    new Worker('correct', correct, { connection, prefix: '{bare}', concurrency: CORRECTIONS_CONCURRENCY }),
  ];
  for (const worker of workers) {
    worker.on('failed', (_job, error) => {
      console.error(error.message);
    });
  }
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  console.log(BARE_WORKS);
}

await (process.argv[2] === 'api' ? runApi() : runWorker());
