import { generateKeyPairSync } from 'node:crypto';
import { createServer as createProxyServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import type { ModelRequest } from './language-model.js';
import { makeCertificate } from './testing/certificate.js';
import { closeServer, listen } from './testing/local-server.js';
import { VertexAiModel } from './vertex-ai.model.js';

/**
 * Google's SDK uses https only, and fetches its token from a fixed host. So one TLS server of ours
 * simulates both Vertex AI (as `localhost`) and the token server (reached through our proxy), with
 * a certificate made here.
 */

const SECRET_WORDS = 'what was said in the room';
const TOKEN = 'token-that-nobody-may-see';
const TOKEN_PATH = '/oauth2/v4/token';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

interface Received {
  url: string;
  /** The requested host, by the name that the client expects in the certificate. */
  host?: string;
  authorization?: string;
  body: Record<string, unknown>;
}

const HOSTS = {
  global: 'aiplatform.googleapis.com',
  eu: 'aiplatform.eu.rep.googleapis.com',
  us: 'aiplatform.us.rep.googleapis.com',
  'europe-west1': 'europe-west1-aiplatform.googleapis.com',
};

const accountKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const privateKeyPem = accountKey.export({ type: 'pkcs8', format: 'pem' }).toString();

let google: Server;
let proxy: Server;
let apiEndpoint: string;
let answer: Answer;
let answerToken: Answer;
let received: Received[];
let tokenRequests: number;

beforeAll(async () => {
  const { key, certificate } = makeCertificate(['localhost', 'www.googleapis.com', ...Object.values(HOSTS)]);
  trust(certificate);
  google = createTlsServer({ key, cert: certificate }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = request.url ?? '';
      if (url === TOKEN_PATH) {
        tokenRequests += 1;
        answerToken(response, request);
        return;
      }
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      const host = (request.socket as tls.TLSSocket).servername || undefined;
      received.push({ url, host, authorization: request.headers.authorization, body });
      answer(response, request);
    });
  });
  const port = await listen(google);
  apiEndpoint = `localhost:${String(port)}`;

  proxy = createProxyServer();
  proxy.on('connect', (_request: IncomingMessage, socket: NodeJS.WritableStream & NodeJS.ReadableStream) => {
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => {
      socket.end();
    });
    socket.on('error', () => {
      upstream.destroy();
    });
  });
  const proxyUrl = `http://127.0.0.1:${String(await listen(proxy))}`;
  vi.stubEnv('HTTPS_PROXY', proxyUrl);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await Promise.all([google, proxy].map(closeServer));
});

beforeEach(() => {
  received = [];
  tokenRequests = 0;
  answer = json({ candidates: [{ content: { parts: [{ text: 'fine' }] }, finishReason: 'STOP' }] });
  answerToken = json({ access_token: TOKEN, expires_in: 3600, token_type: 'Bearer' });
});

function json(body: unknown, status = 200): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

function googleError(code: number, status: string, details: object[] = []): Answer {
  return json({ error: { code, status, message: `${TOKEN} ${SECRET_WORDS}`, details } }, code);
}

function makeModel(
  privateKey = privateKeyPem,
  locations = ['europe-west1'],
  endpoint: string | null = apiEndpoint,
): VertexAiModel {
  return new VertexAiModel({
    serviceAccount: { project_id: 'our-project', client_email: 'us@example.org', private_key: privateKey },
    locations,
    apiEndpoint: endpoint ?? undefined,
  });
}

function generate(overrides: Partial<ModelRequest> = {}, model = makeModel()): Promise<unknown> {
  return model.generate({
    model: 'gemini-2.5-pro',
    systemInstruction: 'Correct it.',
    prompt: SECRET_WORDS,
    responseSchema: {
      type: 'OBJECT',
      properties: { note: { type: 'STRING', description: 'A tip.' } },
      required: ['note'],
    },
    maxOutputTokens: 1_000,
    thinking: 'low',
    timeoutMs: 3_000,
    ...overrides,
  });
}

async function failure(overrides: Partial<ModelRequest> = {}, model = makeModel()): Promise<unknown> {
  return generate(overrides, model).then(
    () => {
      throw new Error('The call should have failed.');
    },
    (error: unknown) => error,
  );
}

describe('VertexAiModel', () => {
  it('returns text, version and usage of a good answer', async () => {
    answer = json({
      candidates: [{ content: { parts: [{ text: 'a' }, { text: 'b' }] }, finishReason: 'STOP' }],
      modelVersion: 'gemini-2.5-pro-001',
      usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3 },
    });
    await expect(generate()).resolves.toEqual({
      text: 'ab',
      modelVersion: 'gemini-2.5-pro-001',
      usage: { inputTokens: 7, outputTokens: 3 },
    });
  });

  it('sends instruction, recording, prompt, schema and limits to the project and location', async () => {
    await generate({ audio: { mimeType: 'audio/wav', bytes: Buffer.from('RIFF') } });
    const path = 'projects/our-project/locations/europe-west1/publishers/google/models/gemini-2.5-pro';
    expect(received[0]?.url).toBe(`/v1/${path}:generateContent`);
    expect(received[0]?.authorization).toBe(`Bearer ${TOKEN}`);
    expect(received[0]?.body).toMatchObject({
      systemInstruction: { parts: [{ text: 'Correct it.' }] },
      contents: [
        {
          role: 'user',
          parts: [
            { inlineData: { mimeType: 'audio/wav', data: Buffer.from('RIFF').toString('base64') } },
            { text: SECRET_WORDS },
          ],
        },
      ],
      generationConfig: {
        responseMimeType: 'application/json',
        responseSchema: { type: 'OBJECT', required: ['note'], properties: { note: { type: 'STRING' } } },
        maxOutputTokens: 1_000,
      },
    });
  });

  it('fetches one token for several calls', async () => {
    const model = makeModel();
    await generate({}, model);
    await generate({}, model);
    expect(tokenRequests).toBe(1);
  });

  const rows: [string, Answer, object][] = [
    [
      '429 with a RetryInfo detail',
      googleError(429, 'RESOURCE_EXHAUSTED', [
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '19s' },
      ]),
      { name: 'ProviderUnavailableError', code: 'throttled', status: 429, retryAfterMs: 19_000 },
    ],
    ['503', googleError(503, 'UNAVAILABLE'), { name: 'ProviderUnavailableError', code: 'server_error' }],
    ['503 without a body', (response) => response.writeHead(503).end(), { name: 'ProviderUnavailableError' }],
    [
      '500 with an HTML page',
      (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>'),
      { name: 'ProviderUnavailableError' },
    ],
    ['400', googleError(400, 'INVALID_ARGUMENT'), { name: 'ProviderRejectedError', code: 'bad_request' }],
    [
      '403',
      googleError(403, 'PERMISSION_DENIED'),
      {
        name: 'ProviderRejectedError',
        code: 'forbidden',
        status: 403,
        message: expect.stringContaining('GCP_SA_JSON') as unknown,
      },
    ],
    [
      '404',
      googleError(404, 'NOT_FOUND'),
      {
        name: 'ProviderRejectedError',
        code: 'model_not_found',
        message: expect.stringContaining('VERTEX_LOCATION') as unknown,
      },
    ],
    [
      'a body that is not JSON',
      (response) => response.writeHead(200).end('{"cand'),
      { name: 'ProviderUnavailableError', code: 'invalid_answer' },
    ],
    [
      'a cut socket',
      (_response, request) => request.socket.destroy(),
      { name: 'ProviderUnavailableError', code: 'network' },
    ],
    ['no candidates', json({}), { name: 'ProviderUnavailableError', code: 'no_candidates' }],
    [
      'MAX_TOKENS',
      json({ candidates: [{ content: { parts: [{ text: '{' }] }, finishReason: 'MAX_TOKENS' }] }),
      { name: 'ProviderUnavailableError', code: 'truncated' },
    ],
    [
      'a blocked prompt',
      json({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }),
      { name: 'ProviderRejectedError', code: 'prompt_blocked' },
    ],
  ];

  it.each(rows)(
    'classifies, after one request and without quoting anything: %s',
    async (_name, given, expected) => {
      answer = given;
      const error = await failure();
      expect(error).toMatchObject({ provider: 'vertexai', ...expected });
      expect(received).toHaveLength(1);
      const everything =
        error instanceof Error ? `${error.message} ${JSON.stringify(error)} ${String(error.cause)}` : '';
      expect(everything).not.toContain(TOKEN);
      expect(everything).not.toContain(SECRET_WORDS);
      expect(everything).not.toContain('localhost');
    },
  );

  describe('in several regions', () => {
    const inRegions = (...locations: string[]) => makeModel(privateKeyPem, locations);
    const locationsAsked = () => received.map(({ url }) => /locations\/([^/]+)\//.exec(url)?.[1]);
    const onlyIn = (good: string, failure: Answer): Answer => {
      const fine = answer;
      return (response, request) => {
        (request.url?.includes(`/locations/${good}/`) === true ? fine : failure)(response, request);
      };
    };

    it.each<[string, Answer]>([
      ['429', googleError(429, 'RESOURCE_EXHAUSTED')],
      ['503', googleError(503, 'UNAVAILABLE')],
    ])(
      'asks the next one when the first answers %s, and pauses the first for a while',
      async (_status, failing) => {
        answer = onlyIn('europe-west4', failing);
        const model = inRegions('europe-west1', 'europe-west4');
        await expect(generate({}, model)).resolves.toMatchObject({ text: 'fine' });
        await generate({}, model);
        expect(locationsAsked()).toEqual(['europe-west1', 'europe-west4', 'europe-west4']);
      },
    );

    it('asks no other one when it would refuse the request too', async () => {
      answer = googleError(400, 'INVALID_ARGUMENT');
      await expect(failure({}, inRegions('europe-west1', 'europe-west4'))).resolves.toMatchObject({
        code: 'bad_request',
      });
      expect(locationsAsked()).toEqual(['europe-west1']);
    });

    it('asks the next one when the first does not serve the model, and the first again the next time', async () => {
      answer = onlyIn('eu', googleError(404, 'NOT_FOUND'));
      const model = inRegions('europe-west1', 'eu');
      await expect(generate({}, model)).resolves.toMatchObject({ text: 'fine' });
      await generate({}, model);
      expect(locationsAsked()).toEqual(['europe-west1', 'eu', 'europe-west1', 'eu']);
    });

    it('does not report a missing model while a region that may serve it is overloaded', async () => {
      answer = (response, request) => {
        const isEu = request.url?.includes('/locations/eu/') === true;
        googleError(isEu ? 429 : 404, isEu ? 'RESOURCE_EXHAUSTED' : 'NOT_FOUND')(response, request);
      };
      const model = inRegions('eu', 'europe-west1');
      await expect(failure({}, model)).resolves.toMatchObject({ code: 'throttled' });
      // Now `eu` is paused, and the other region alone cannot decide.
      await expect(failure({}, model)).resolves.toMatchObject({ code: 'throttled' });
      expect(locationsAsked()).toEqual(['eu', 'europe-west1', 'europe-west1', 'eu']);
    });

    it('reports a missing model that no region serves', async () => {
      answer = googleError(404, 'NOT_FOUND');
      await expect(failure({}, inRegions('eu', 'us'))).resolves.toMatchObject({ code: 'model_not_found' });
      expect(locationsAsked()).toEqual(['eu', 'us']);
    });

    it('fails with the shortest pause when all are overloaded', async () => {
      const pauses: Record<string, string> = { a1: '30s', b1: '7s', c1: '20s' };
      answer = (response, request) => {
        const location = /locations\/([^/]+)\//.exec(request.url ?? '')?.[1] ?? '';
        googleError(429, 'RESOURCE_EXHAUSTED', [
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: pauses[location] },
        ])(response, request);
      };
      await expect(failure({}, inRegions('a1', 'b1', 'c1'))).resolves.toMatchObject({
        code: 'throttled',
        retryAfterMs: 7_000,
      });
      expect(locationsAsked()).toEqual(['a1', 'b1', 'c1']);
    });

    it('applies the timeout of the request to all regions together', async () => {
      answer = onlyIn('nowhere', (response, request) => {
        if (request.url?.includes('/locations/a1/') === true)
          googleError(503, 'UNAVAILABLE')(response, request);
      });
      await expect(failure({ timeoutMs: 1_500 }, inRegions('a1', 'b1'))).resolves.toMatchObject({
        code: 'timeout',
      });
      expect(locationsAsked()).toEqual(['a1', 'b1']);
    });
  });

  it('asks each location at its own host, one after the other', async () => {
    redirectGoogleHosts(google);
    answer = googleError(503, 'UNAVAILABLE');
    const locations = ['eu', 'us', 'europe-west1', 'global'] as const;

    await failure({ model: 'gemini-3.8-flash' }, makeModel(privateKeyPem, [...locations], null));
    expect(received.map(({ host }) => host)).toEqual(locations.map((location) => HOSTS[location]));
    expect(received.map(({ url }) => /locations\/([^/]+)\//.exec(url)?.[1])).toEqual(locations);
  });

  it('sends Gemini 3 a thinking level, without temperature, budget or a field that Vertex AI lacks', async () => {
    await generate({ model: 'gemini-3.8-flash', thinking: 'high' });

    expect(received[0]?.body.generationConfig).toMatchObject({ thinkingConfig: { thinkingLevel: 'HIGH' } });
    expect(received[0]?.body.generationConfig).not.toHaveProperty('temperature');
    expect(received[0]?.body).not.toHaveProperty('store');
  });

  it('sends Gemini 2.5 a low temperature and no thinking level', async () => {
    await generate({ model: 'gemini-2.5-pro' });

    expect(received[0]?.body.generationConfig).toMatchObject({ temperature: 0.2 });
    expect(received[0]?.body.generationConfig).not.toHaveProperty('thinkingConfig');
  });

  it('times out when the server does not answer, and closes the connection', async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (_response, request) => {
        request.socket.once('close', resolve);
      };
    });
    await expect(failure({ timeoutMs: 300 })).resolves.toMatchObject({ code: 'timeout' });
    await closed;
  });

  it('times out when the token server does not answer', async () => {
    answerToken = () => undefined;
    await expect(failure({ timeoutMs: 300 })).resolves.toMatchObject({ code: 'timeout' });
    expect(received).toHaveLength(0);
  });

  it('stops at once when the caller aborts', async () => {
    const controller = new AbortController();
    answer = () => {
      controller.abort();
    };
    await expect(failure({ signal: controller.signal })).resolves.toMatchObject({ code: 'cancelled' });
  });

  it('reports a key that the token server refuses as rejected', async () => {
    answerToken = json({ error: 'invalid_grant', error_description: SECRET_WORDS }, 400);
    const error = await failure();
    expect(error).toBeInstanceOf(ProviderRejectedError);
    expect(error).toMatchObject({ code: 'unauthenticated', status: 400 });
  });

  it('reports a failing token server as unavailable', async () => {
    answerToken = json({}, 503);
    // The token library retries a few times by itself; our deadline bounds it.
    await expect(failure({ timeoutMs: 500 })).resolves.toBeInstanceOf(ProviderUnavailableError);
  });

  it('reports an unreadable private key as rejected', async () => {
    const error = await failure({}, makeModel('no key at all'));
    expect(error).toBeInstanceOf(ProviderRejectedError);
    expect(error).toMatchObject({ code: 'unauthenticated' });
  });
});

/**
 * Redirects connections for Google's hosts to our server, whatever port it has. The name that the
 * client expects stays, and lets the server distinguish the hosts.
 */
function redirectGoogleHosts(server: Server): void {
  const { port } = server.address() as AddressInfo;
  const connectTls = tls.connect as (options: tls.ConnectionOptions) => tls.TLSSocket;
  vi.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions) =>
    connectTls(
      options.host?.endsWith('aiplatform.googleapis.com') === true || options.host?.includes('.rep.') === true
        ? { ...options, host: '127.0.0.1', port }
        : options,
    )) as typeof tls.connect);
}

/** Node 20 cannot add a certificate authority at run time, so each new secure context gets ours. */
function trust(certificate: string): void {
  const original = tls.createSecureContext;
  vi.spyOn(tls, 'createSecureContext').mockImplementation((options) => {
    const secure = original(options);
    (secure.context as { addCACert(pem: string): void }).addCACert(certificate);
    return secure;
  });
}
