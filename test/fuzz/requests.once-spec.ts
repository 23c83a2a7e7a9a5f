import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { AudioHost } from '../support/audio-host.js';
import { EventsApi } from '../support/events-api.js';
import { httpRequest, type HttpAnswer } from '../support/http-request.js';
import { query } from '../support/record.js';
import { CALLBACK_SECRET, World } from '../support/test-service.js';
import { waitUntil } from '../support/wait-until.js';

/** The same requests each time, unless FUZZ_SEED selects others, or FUZZ_RUNS more. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_251_122);
const RUNS = Number(process.env.FUZZ_RUNS ?? 600);
const DEEP_LEVELS = 50_000;
const TOO_LARGE_BYTES = 1_100_000;

interface Route {
  method: string;
  path: string;
}

interface FuzzedRequest {
  route: number;
  segments: string[];
  query: string;
  headers: Record<string, string>;
  body: string | Buffer;
}

let world: World;
let host: AudioHost;
let routes: Route[];
/** Ids of existing objects, so that requests get past the first look-up. */
let ids: string[];

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
  const { body } = await world.api.get<{ paths: Record<string, object> }>('/docs-json');
  routes = Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({ method: method.toUpperCase(), path })),
  );
  const events = new EventsApi(() => world.api);
  const projectId = await events.createProject();
  const endpoint = await events.createEndpoint(projectId, { url: 'https://receiver.invalid/' });
  const conversation = await world.api.createConversation({ projectId });
  const chunk = await world.api.addChunk(conversation.id);
  const [delivery] = await events.logUntil(projectId, ({ length }) => length > 0);
  ids = [projectId, endpoint.id, conversation.id, chunk.id, delivery?.id ?? ''];
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const anyId = fc.nat({ max: 4 }).map((index) => `:${index}`);

const segment = fc.oneof(
  { weight: 6, arbitrary: anyId },
  { weight: 2, arbitrary: fc.uuid() },
  { weight: 2, arbitrary: text.map((value) => encodeURIComponent(value)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '%00',
      '%ff',
      '%2e%2e%2f',
      '..',
      '%',
      "'--",
      'null',
      '0',
      '-1',
      'x'.repeat(3_000),
    ),
  },
);

/** Fields of all bodies: with valid, nearly valid, and arbitrary values. */
const field = fc.oneof(
  anyId,
  text,
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    ...[
      true,
      false,
      null,
      0,
      -1,
      2 ** 31,
      1e308,
      'en',
      'auto',
      'nl_NL',
      '',
      '\u0000',
      '\ud800',
      'x'.repeat(101_000),
    ],
    ...[
      'http://127.0.0.1:1/a.wav',
      'http://[::1]/',
      'file:///etc/passwd',
      'https://example.org/a.mp3?\u0000',
    ],
    ...[['chunk.failed'], [], ['__proto__'], { $ne: null }, 'completed', 'error', 'redacted_audio_ready'],
  ),
);
const FIELDS = [
  ...['name', 'language', 'transcriptPrompt', 'projectId', 'redactPii', 'anonymize', 'audioUrl', 'position'],
  ...[
    'url',
    'types',
    'enabled',
    'error',
    'conversationId',
    'status',
    'transcript_id',
    'nonce',
    '__proto__',
    'constructor',
  ],
  ...['title', 'externalId', 'metadata', 'text', 'revision', 'apiKey', 'errorCode'],
];
const fields = fc.dictionary(fc.constantFrom(...FIELDS), field, { maxKeys: 5 });

const jsonBody = fc.oneof(
  { weight: 8, arbitrary: fields.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: fc.json() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        '',
        '{',
        '[]',
        'null',
        '"text"',
        '0',
        '{"__proto__":{"name":"x"}}',
        '{"constructor":{"prototype":{}}}',
      ],
      ...['{"name":1e400}', '{"name":"a","name":"b"}', '\ufeff{"name":"a"}'],
      `{"name":${'['.repeat(DEEP_LEVELS)}${']'.repeat(DEEP_LEVELS)}}`,
      JSON.stringify({ name: 'x'.repeat(TOO_LARGE_BYTES) }),
    ),
  },
);

const multipart = fc
  .record({
    name: fc.constantFrom('audio', 'position', '__proto__', 'other', ''),
    file: fc.boolean(),
    content: fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.constant(new TextEncoder().encode('RIFF\x24\0\0\0WAVEfmt ')),
    ),
    end: fc.constantFrom('\r\n--b--\r\n', '', '\r\n--b', '\r\n--b\r\n\r\n'),
  })
  .map(({ name, file, content, end }) =>
    Buffer.concat([
      Buffer.from(
        `--b\r\ncontent-disposition: form-data; name="${name}"${file ? '; filename="a.wav"' : ''}\r\n\r\n`,
      ),
      content,
      Buffer.from(end),
    ]),
  );

const payload = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'application/json',
        'application/json',
        'application/json; charset=utf-16',
        'Application/JSON',
      ),
      body: jsonBody,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'multipart/form-data; boundary=b',
        'multipart/form-data',
        'multipart/form-data; boundary=',
      ),
      body: multipart,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/octet-stream',
        ';',
        '',
        '/',
      ),
      body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    }),
  },
);

const headers = fc.dictionary(
  fc.constantFrom(
    ...[
      'idempotency-key',
      'authorization',
      'accept',
      'accept-encoding',
      'x-forwarded-for',
      'if-none-match',
      'range',
    ],
    ...['x-http-method-override', 'content-encoding', 'cookie', 'origin', 'x-assemblyai-webhook-secret'],
  ),
  fc.oneof(
    fc
      .string({ unit: fc.constantFrom(...Array.from('aZ09-_.,;:="\'()<>[]{}/\\%\u00ff ')), maxLength: 60 })
      .map((value) => value.trim()),
    fc.constantFrom(CALLBACK_SECRET, 'gzip', '*/*', 'bytes=0-', '127.0.0.1, x', 'a'.repeat(300)),
  ),
  { maxKeys: 3 },
);

const queryString = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom(
            'format',
            'force',
            'status',
            'after',
            'limit',
            'error',
            'submission',
            'endpointId',
            'limit[]',
            'a[b]',
            ...['q', 'cursor', 'createdAfter', 'createdBefore', 'externalId', 'projectId', 'include'],
            ...['uncorrected', 'errorCode', 'lastEventId'],
          ),
          fc.oneof(
            text,
            anyId,
            fc.constantFrom('json', 'srt', 'true', 'failed', '1', '0', '1e3', '\u0000', '-1'),
          ),
        ),
        { maxLength: 4 },
      )
      .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('?%', '?%ff=%00', '?&&&==', `?${'a=1&'.repeat(2_000)}`, '?__proto__[x]=1'),
  },
);

const requests = fc
  .record({
    route: fc.nat({ max: 1_000 }),
    segments: fc.array(segment, { minLength: 3, maxLength: 3 }),
    query: queryString,
    headers,
    payload,
  })
  .map(({ payload: { type, body }, ...rest }): FuzzedRequest => ({
    ...rest,
    headers: { ...rest.headers, ...(type === '' ? {} : { 'content-type': type }) },
    body,
  }));

/** Replaces `:0` to `:4` by ids of existing objects. */
function withIds(value: string): string {
  return value.replace(/:[0-4](?![0-9])/g, (mark) => ids[Number(mark[1])] ?? mark);
}

function routeOf({ route }: FuzzedRequest): Route {
  return routes[route % routes.length] ?? { method: 'GET', path: '/' };
}

async function send(request: FuzzedRequest): Promise<HttpAnswer> {
  const { segments, query: search, headers: given, body } = request;
  const { method, path } = routeOf(request);
  let next = 0;
  const filled = path.replace(/\{[^}]+\}/g, () => withIds(segments[next++] ?? ''));
  const isCallback = path.startsWith('/api/webhooks/');
  return httpRequest(world.api.url, {
    method,
    path: `${filled}${withIds(search)}`,
    // Mostly the right secret, or few requests would pass the access check.
    headers: { ...(isCallback ? { 'x-assemblyai-webhook-secret': CALLBACK_SECRET } : {}), ...given },
    body: typeof body === 'string' ? withIds(body) : body,
  });
}

/**
 * A server that refuses a large body closes the connection while the body is still being sent; its
 * answer may be lost then.
 */
function tooLargeToBeRead({ body }: FuzzedRequest): (error: unknown) => undefined {
  return (error) => {
    if (body.length < TOO_LARGE_BYTES) throw error;
    return undefined;
  };
}

describe('requests of any kind', () => {
  it('are answered, never with a 5xx, and every error has the uniform shape', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const answer = await send(request).catch(tooLargeToBeRead(request));
        if (answer === undefined) return;
        const { status, headers, body } = answer;
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        // An answer to HEAD has no body.
        if (status >= 400 && routeOf(request).method !== 'HEAD') {
          expect(body).toMatchObject({
            statusCode: status,
            error: expect.any(String) as unknown,
            message: expect.anything() as unknown,
            code: expect.stringMatching(/^[a-z]+(_[a-z]+)*$/) as unknown,
            requestId: headers['x-request-id'],
          });
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );

    expect((await world.api.get('/health/ready')).status).toBe(200);
  });

  it('leave no chunk that does not end', async () => {
    const unsettled = await waitUntil(
      () =>
        query<{ id: string; status: string }>(
          world.database.url,
          `select id, status from chunks where status in ('queued', 'transcribing', 'correcting')`,
        ),
      ({ length }) => length === 0,
    );
    expect(unsettled).toEqual([]);

    const { id } = await world.api.createConversation();
    const chunk = await world.api.addChunk(id);
    expect((await world.api.settledChunk(chunk.id)).status).toBe('completed');
  });
});
