import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAppConfig } from '../src/config/create-app-config.js';
import { audioCheck } from '../src/doctor/audio-check.js';
import { wav, type Api } from './support/api.js';
import { expectError } from './support/expect-error.js';
import { HttpProxy, type SeenRequest } from './support/http-proxy.js';
import { locationsHolding } from './support/record.js';
import { S3Server } from './support/s3-server.js';
import { storedFiles } from './support/stored-files.js';
import { STRATEGIES, World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const MAX_UPLOAD_BYTES = 100_000;

describe.each(STRATEGIES)('a service that keeps recordings in a bucket, with the %s strategy', (strategy) => {
  let server: S3Server;
  let world: World;

  beforeAll(async () => {
    server = await S3Server.start('fauxqs');
    const env = { ...server.env(), MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) };
    world = await World.start({ strategy, env });
  });

  beforeEach(async () => {
    await world.simulator.reset();
    await server.empty();
  });

  afterAll(async () => {
    await world.stop();
    await server.stop();
  });

  it('sends a signed URL to the provider, and the recording to the model', async () => {
    const audio = wav('a recording of its own');
    const { id } = await world.api.createConversation();
    const added = await world.api.addChunk(id, { audio });
    const chunk = await world.api.settledChunk(added.id);
    const key = `${id}/${chunk.id}.wav`;
    const { submits, uploads, corrections } = world.simulator.ledger;

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(uploads).toEqual([]);
    expect(submits).toHaveLength(1);
    expect(submits[0]?.audioUrl).toContain(`${server.url}/recordings/${key}?`);
    expect(submits[0]?.audioUrl).toContain('X-Amz-Signature=');
    expect(corrections[0]?.audioSha256).toBe(createHash('sha256').update(audio).digest('hex'));
    expect(await server.keys()).toEqual([key]);
    expect(await storedFiles(world.dataDir)).toEqual([]);
    expect(await locationsHolding(world, 'X-Amz-')).toEqual([]);
  });

  it('refuses a recording that is too large or no audio, and stores none of it', async () => {
    const { id } = await world.api.createConversation();
    const tooLarge = new Uint8Array(Buffer.concat([wav(), Buffer.alloc(MAX_UPLOAD_BYTES)]));

    expectError(await world.api.upload(id, { audio: tooLarge }), 413);
    expectError(await world.api.upload(id, { audio: new Uint8Array(50_000) }), 415);
    expectError(await world.api.upload(id, { audio: new Uint8Array() }), 415);
    expect(await server.keys()).toEqual([]);
    expect((await world.api.conversation(id)).chunks.total).toBe(0);
  });

  it('stores a recording once when its upload is repeated under an idempotency key', async () => {
    const { id } = await world.api.createConversation();
    const headers = { 'idempotency-key': 'one' };
    const uploads = await Promise.all([1, 2, 3].map(() => world.api.upload(id, { headers })));
    const ids = new Set(uploads.map(({ body }) => body.id));
    await Promise.all([...ids].map((chunkId) => world.api.settledChunk(chunkId)));

    expect(uploads.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(ids.size).toBe(1);
    expect(await server.keys()).toEqual([`${id}/${[...ids][0] ?? ''}.wav`]);
  });
});

describe('a service whose bucket is down', () => {
  let server: S3Server;
  let world: World;

  beforeAll(async () => {
    server = await S3Server.prepare('fauxqs');
    world = await World.start({ env: server.env() });
  });

  afterAll(async () => {
    await world.stop();
    await server.stop();
  });

  it('starts, says what is wrong, refuses uploads, and recovers when the bucket is back', async () => {
    const { api } = world;
    const { id } = await api.createConversation();
    const unready = await readiness(api);
    const refused = await api.upload(id);
    await server.resume();
    const ready = await waitUntil(
      () => readiness(api),
      ({ status }) => status === 200,
    );
    const accepted = await api.addChunk(id);

    expect(unready.status).toBe(503);
    expect(JSON.stringify(unready.body)).toContain('check STORAGE_S3_ENDPOINT');
    expectError(refused, 503);
    expect(JSON.stringify(ready.body)).toContain('"audio":{"status":"up"}');
    expect(await api.settledChunk(accepted.id)).toMatchObject({ status: 'completed' });
  });
});

describe('the doctor', () => {
  let server: S3Server;
  let proxy: HttpProxy;

  beforeAll(async () => {
    server = await S3Server.start('fauxqs');
    proxy = await HttpProxy.start(server.url);
  });

  beforeEach(() => {
    proxy.reset();
  });

  afterEach(async () => {
    expect(await server.keys()).toEqual([]);
  });

  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  const examine = (env: Record<string, string>) =>
    audioCheck(createAppConfig({ ASSEMBLYAI_API_KEY: 'a-key', ...env })).run();

  it('stores a recording in the bucket, fetches it by a signed URL, and removes it', async () => {
    expect(await examine(server.env(proxy.url))).toMatchObject({ state: 'ok' });
    expect(proxy.seen.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'DELETE']);
  });

  it.each<[string, (request: SeenRequest) => boolean, RegExp]>([
    ['the bucket cannot be listed', ({ query }) => query.has('list-type'), /check STORAGE_S3_KEY/],
    ['nothing can be stored', ({ method }) => method === 'PUT', /check STORAGE_S3_KEY/],
    ['signed URLs do not work', ({ query }) => query.has('X-Amz-Signature'), /signed URL .* status 403/],
  ])('says so in one line when %s', async (_name, isRefused, words) => {
    proxy.fault = (request) => (isRefused(request) ? { status: 403 } : undefined);
    const finding = await examine(server.env(proxy.url));

    expect(finding).toMatchObject({ state: 'failed', detail: expect.stringMatching(words) as unknown });
    expect(finding.detail).not.toMatch(/\n|X-Amz/);
  });

  it('checks the folder where there is no bucket', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ringback-doctor-'));
    const wellFinding = await examine({ DATA_DIR: dataDir });
    const files = await storedFiles(dataDir);
    await writeFile(join(dataDir, 'a-file'), '');
    const unwellFinding = await examine({ DATA_DIR: join(dataDir, 'a-file') });
    await rm(dataDir, { recursive: true });

    expect(wellFinding).toMatchObject({ state: 'ok' });
    expect(files).toEqual([]);
    expect(unwellFinding).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('DATA_DIR') as unknown,
    });
  });
});

async function readiness(api: Api) {
  return api.get('/health/ready');
}
