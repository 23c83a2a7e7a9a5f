import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { httpRequest } from './support/http-request.js';
import { openSubmission } from './support/open-submission.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

interface Operation {
  summary?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema?: { enum?: string[] } }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

interface Schema {
  required?: string[];
  properties?: Record<
    string,
    { example?: unknown; description?: string; enum?: string[]; nullable?: boolean }
  >;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> };
}

/** Every route of the API, and its status on success. */
const ROUTES: [method: string, path: string, status: number][] = [
  ['post', '/api/projects', 201],
  ['get', '/api/projects', 200],
  ['get', '/api/projects/{id}', 200],
  ['patch', '/api/projects/{id}', 200],
  ['post', '/api/conversations', 201],
  ['get', '/api/conversations', 200],
  ['get', '/api/conversations/{id}', 200],
  ['patch', '/api/conversations/{id}', 200],
  ['delete', '/api/conversations/{id}', 202],
  ['get', '/api/conversations/{id}/deletion', 200],
  ['get', '/api/conversations/{id}/redaction', 200],
  ['post', '/api/conversations/{id}/chunks', 202],
  ['get', '/api/conversations/{id}/chunks', 200],
  ['post', '/api/conversations/{id}/finish', 202],
  ['post', '/api/conversations/{id}/summary', 202],
  ['get', '/api/conversations/{id}/transcript', 200],
  ['get', '/api/conversations/{id}/events', 200],
  ['get', '/api/conversations/{id}/audio', 200],
  ['post', '/api/transcription/chunks/{chunkId}', 202],
  ['options', '/api/uploads', 204],
  ['post', '/api/uploads', 201],
  ['head', '/api/uploads/{id}', 200],
  ['patch', '/api/uploads/{id}', 204],
  ['delete', '/api/uploads/{id}', 204],
  ['get', '/api/chunks', 200],
  ['post', '/api/chunks/retry', 202],
  ['get', '/api/problems', 200],
  ['get', '/api/event-deliveries', 200],
  ['get', '/api/system', 200],
  ['get', '/api/chunks/{id}', 200],
  ['get', '/api/chunks/{id}/events', 200],
  ['get', '/api/chunks/{id}/windows', 200],
  ['get', '/api/chunks/{id}/audio', 200],
  ['put', '/api/chunks/{id}/transcript', 200],
  ['get', '/api/chunks/{id}/revisions', 200],
  ['post', '/api/chunks/{id}/revisions/{revision}/restore', 200],
  ['post', '/api/projects/{id}/event-endpoints', 201],
  ['get', '/api/projects/{id}/event-endpoints', 200],
  ['patch', '/api/projects/{id}/event-endpoints/{endpointId}', 200],
  ['delete', '/api/projects/{id}/event-endpoints/{endpointId}', 204],
  ['post', '/api/projects/{id}/event-endpoints/{endpointId}/rotate-secret', 200],
  ['get', '/api/projects/{id}/event-deliveries', 200],
  ['get', '/api/event-deliveries/{id}', 200],
  ['post', '/api/event-deliveries/{id}/resend', 202],
  ['post', '/api/session', 200],
  ['get', '/api/session', 200],
  ['delete', '/api/session', 204],
  ['get', '/api/stream', 200],
  ['post', '/api/webhooks/assemblyai', 200],
  ['get', '/health/live', 200],
  ['get', '/health/ready', 200],
  ['get', '/metrics', 200],
];

/** Routes under `/api` that need no key. */
const OPEN_ROUTES = ['/api/session', '/api/webhooks/assemblyai'];

let world: World;
let host: AudioHost;
let api: Api;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
  api = world.api;
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

describe('the documentation', () => {
  let document: Document;

  beforeAll(async () => {
    const { status, body } = await api.get<Document>('/docs-json');
    expect(status).toBe(200);
    document = body;
  });

  function operation(method: string, path: string): Operation {
    const found = document.paths[path]?.[method];
    if (found === undefined) throw new Error(`${method} ${path} is not documented`);
    return found;
  }

  it('is an HTML page', async () => {
    const { status, headers, body } = await api.get<string>('/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    expect(body).toContain('swagger-ui');
    for (const asset of ['swagger-ui-bundle.js', 'swagger-ui.css', 'swagger-ui-init.js']) {
      expect((await api.get(`/docs/${asset}`)).status).toBe(200);
    }
  });

  it('names the server of the API, also below the path of a proxy', () => {
    // OpenAPI resolves the URL against the document, and Swagger UI against its page.
    for (const read of ['https://example.org/ringback/docs-json', 'https://example.org/ringback/docs']) {
      const urls = document.servers.map(({ url }) => new URL('./api/projects', new URL(url, read)).href);
      expect(urls).toEqual(['https://example.org/ringback/api/projects']);
    }
  });

  it.each(['/docs/', '/docs/?x=1', '/docs/index.html'])('has one page: %s leads to it', async (path) => {
    const answer = await httpRequest(api.url, { method: 'GET', path });

    expect(answer.status).toBe(302);
    expect(new URL(String(answer.headers.location), `https://example.org/ringback${path}`).pathname).toBe(
      '/ringback/docs',
    );
  });

  it('is the one in docs/openapi.json, which `npm run docs` makes, of the version in package.json', async () => {
    const [committed, manifest] = await Promise.all(
      ['docs/openapi.json', 'package.json'].map(
        async (path) => JSON.parse(await readFile(new URL(`../${path}`, import.meta.url), 'utf8')) as unknown,
      ),
    );
    expect(committed).toEqual(document);
    expect(manifest).toMatchObject({ version: document.info.version });
  });

  it('is OpenAPI 3.1, with exactly the routes that exist', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.title).toBe('Ringback');
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(ROUTES.map(([method, path]) => `${method} ${path}`).sort());
  });

  it.each(ROUTES)('says what %s %s does, and that it answers %i', (method, path, status) => {
    const { summary, responses } = operation(method, path);
    expect(summary).toMatch(/\S/);
    expect(Object.keys(responses)).toContain(String(status));
  });

  it.each(ROUTES.filter(([, path]) => path.startsWith('/api/') && !OPEN_ROUTES.includes(path)))(
    'says that %s %s may ask for a key',
    (method, path) => {
      expect(operation(method, path).security).toEqual([{ bearer: [] }, { cookie: [] }]);
      expect(document.components.securitySchemes).toHaveProperty('bearer');
    },
  );

  it.each(ROUTES.filter(([, path]) => path.includes('{')))(
    'says that %s %s may find nothing',
    (method, path) => {
      expect(Object.keys(operation(method, path).responses)).toContain('404');
    },
  );

  it('shows both ways to add a chunk, and the header that makes it safe to repeat', () => {
    const { requestBody, parameters, responses } = operation('post', '/api/conversations/{id}/chunks');
    expect(Object.keys(requestBody?.content ?? {})).toEqual(['multipart/form-data', 'application/json']);
    expect(parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false }),
    );
    expect(Object.keys(responses)).toContain('409');
  });

  it('lists the formats of a transcript', () => {
    const { parameters } = operation('get', '/api/conversations/{id}/transcript');
    const format = parameters?.find(({ name }) => name === 'format');
    expect(format).toMatchObject({ in: 'query', required: false });
    expect(format?.schema?.enum).toEqual(['text', 'md', 'json', 'srt', 'vtt', 'docx']);
  });

  it.each([
    ['CreateProjectRequest', ['name', 'language', 'transcriptPrompt']],
    ['CreateConversationRequest', ['language', 'transcriptPrompt']],
    ['CreateChunkFromUrlRequest', ['audioUrl']],
  ])('gives examples that can be tried as they are: %s', async (name, fields) => {
    const properties = document.components.schemas[name]?.properties ?? {};
    const example = Object.fromEntries(fields.map((field) => [field, properties[field]?.example]));
    for (const field of fields) expect(example[field]).toEqual(expect.stringMatching(/\S/));
    const { id } = await api.createConversation();
    const paths: Record<string, [path: string, status: number]> = {
      CreateProjectRequest: ['/api/projects', 201],
      CreateConversationRequest: ['/api/conversations', 201],
      CreateChunkFromUrlRequest: [`/api/conversations/${id}/chunks`, 202],
    };
    const [path, status] = paths[name] ?? ['', 0];
    expect((await api.post(path, example)).status).toBe(status);
  });

  it('describes answers as they are: a project, a conversation, a chunk', async () => {
    const { chunk, conversationId } = await openSubmission(world, host);
    const project = await api.post('/api/projects', { name: 'A project' });
    const answers: [string, unknown][] = [
      ['ProjectResponse', project.body],
      ['ConversationResponse', await api.conversation(conversationId)],
      ['ChunkResponse', chunk],
    ];
    for (const [name, body] of answers) {
      const { properties, required } = document.components.schemas[name] ?? {};
      expect(Object.keys(body as object).sort()).toEqual(Object.keys(properties ?? {}).sort());
      expect([...(required ?? [])].sort()).toEqual(Object.keys(properties ?? {}).sort());
    }
  });
});

describe('health', () => {
  it('is live and ready while all is well', async () => {
    expect(await api.get('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const ready = await api.get('/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect((ready.body as { details: object }).details).toMatchObject({ database: { status: 'up' } });
  });

  it('is live but not ready as soon as the database is down, and ready once it is back', async () => {
    const other = await World.start();
    await other.stopService();
    const { proxy, url } = await TcpProxy.start(other.database.url);
    await other.startService({ DATABASE_URL: url });
    try {
      await proxy.close();
      const away = await waitUntil(
        () => other.api.get('/health/ready'),
        ({ status }) => status !== 200,
      );
      expect(away.status).toBe(503);
      expect(away.body).toMatchObject({
        statusCode: 503,
        error: 'Service Unavailable',
        message: expect.any(String) as unknown,
        code: 'unavailable',
        requestId: away.headers.get('x-request-id'),
        details: { database: { status: 'down' } },
      });
      expect((await other.api.get('/health/live')).status).toBe(200);
      expectError(await other.api.get('/no-such-route'), 404);
      const failed = await other.api.get(`/api/chunks/${crypto.randomUUID()}`);
      expect([failed.status, failed.body]).toEqual([
        503,
        {
          statusCode: 503,
          error: 'Service Unavailable',
          message: expect.any(String) as unknown,
          code: 'unavailable',
          requestId: failed.headers.get('x-request-id'),
        },
      ]);
      expect(JSON.stringify(failed.body)).not.toMatch(/ECONN|127\.0\.0\.1|select/);

      await proxy.open();

      await waitUntil(
        () => other.api.get('/health/ready'),
        ({ status }) => status === 200,
      );
      const { id } = await other.api.createConversation();
      const chunk = await other.api.addChunk(id);
      expect((await other.api.settledChunk(chunk.id)).status).toBe('completed');
    } finally {
      await proxy.open();
      await other.stop();
      await proxy.close();
    }
  });
});

describe('metrics', () => {
  it('are Prometheus text with every metric of the service', async () => {
    const { id } = await api.createConversation();
    await api.settledChunk((await api.addChunk(id)).id);
    await world.callback({ status: 'redacted_audio_ready' });

    const { status, headers, body } = await api.get<string>('/metrics');

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const types = [...body.matchAll(/^# TYPE (?<name>ringback_\w+) (?<type>\w+)$/gm)].map(
      ({ groups }) => `${groups?.name ?? ''} ${groups?.type ?? ''}`,
    );
    expect(types).toEqual(
      expect.arrayContaining([
        'ringback_jobs_total counter',
        'ringback_job_busy_seconds_total counter',
        'ringback_queue_depth gauge',
        'ringback_queue_oldest_waiting_seconds gauge',
        'ringback_open_submissions gauge',
        'ringback_callbacks_total counter',
        'ringback_submit_to_text_seconds histogram',
        'ringback_corrections_total counter',
        'ringback_chunks_settled_total counter',
        'ringback_reconciler_repairs_total counter',
      ]),
    );
    for (const name of types)
      expect(body).toMatch(new RegExp(`^# HELP ${name.split(' ')[0] ?? ''} .{20,}$`, 'm'));
    expect(body).toMatch(/^process_cpu_seconds_total /m);
  });

  it('count callbacks by their answer', async () => {
    const outcomes = ['ok', 'ignored', 'unauthorized', 'unknown', 'malformed', 'too_large'];
    const read = async (): Promise<number[]> =>
      Promise.all(outcomes.map((outcome) => api.metric('ringback_callbacks_total', { outcome })));
    const open = await openSubmission(world, host);
    const before = await read();

    await world.callback({ transcript_id: open.transcriptId, status: 'completed' }, open);
    await world.callback({ status: 'redacted_audio_ready' });
    await world.callback({}, { secret: 'wrong' });
    await world.callback({ transcript_id: 'nobody-knows', status: 'completed' });
    await world.callback({ status: 5 });
    await world.callback({ status: 'x'.repeat(20_000) });

    const after = await read();
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual(outcomes.map(() => 1));
  });
});
