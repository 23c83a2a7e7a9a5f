import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiteLlmConfig } from '../../config/app-config.js';
import { LiteLlmClient, urlOf } from './litellm.client.js';

const KEY = 'key-0123456789';
const AUDIO = { bytes: Buffer.from('RIFF of a recording'), mimeType: 'audio/mpeg; codecs=mp3' };
const MORE_THAN_SOCKETS_BUFFER = 32_000_000;

let server: http.Server;
let received: { url?: string; headers: http.IncomingHttpHeaders; body: string }[];
let respond: (response: http.ServerResponse, request: http.IncomingMessage) => void;
let clients: LiteLlmClient[];

beforeEach(async () => {
  received = [];
  clients = [];
  server = http.createServer((request, response) => {
    const seen = { url: request.url, headers: request.headers, body: '' };
    request.on('data', (chunk: Buffer) => {
      seen.body += chunk.toString('latin1');
    });
    request.on('end', () => {
      received.push(seen);
      respond(response, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  answer(200, { text: 'Hello.' });
});

afterEach(async () => {
  for (const client of clients) client.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function answer(status: number, body: unknown = '', headers: http.OutgoingHttpHeaders = {}): void {
  respond = (response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

function client(config: Partial<LiteLlmConfig> = {}, timeoutMs = 5_000): LiteLlmClient {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const created = new LiteLlmClient(
    { baseUrl, model: 'whisper-1', apiKey: KEY, maxAudioBytes: 1_000, ...config },
    timeoutMs,
  );
  clients.push(created);
  return created;
}

async function failureOf(using = client(), signal?: AbortSignal): Promise<unknown> {
  return using.transcribe({ audio: AUDIO, signal }).then(
    () => {
      throw new Error('The request should have failed.');
    },
    (error: unknown) => error,
  );
}

describe('a request for a transcript', () => {
  it('closes its connection when the server refuses it before it has the whole recording', async () => {
    // The server neither closes it nor reads on.
    server.keepAliveTimeout = 0;
    server.removeAllListeners('request');
    const closed = new Promise<void>((resolve) => {
      server.on('request', (request, response) => {
        request.socket.once('close', resolve);
        response.writeHead(413).end();
      });
    });
    const audio = { ...AUDIO, bytes: Buffer.alloc(MORE_THAN_SOCKETS_BUFFER) };
    await expect(client().transcribe({ audio })).rejects.toMatchObject({ status: 413 });
    await closed;
  });

  it('is a form with the recording, whose file name gives its format', async () => {
    await client().transcribe({ audio: AUDIO, language: 'nl', prompt: 'Merwede' });

    const [request] = received;
    expect(request?.url).toBe('/v1/audio/transcriptions');
    expect(request?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, accept: 'application/json' });
    expect(request?.body).toMatch(/name="model"\r\n\r\nwhisper-1\r\n/);
    expect(request?.body).toMatch(/name="language"\r\n\r\nnl\r\n/);
    expect(request?.body).toMatch(/name="prompt"\r\n\r\nMerwede\r\n/);
    expect(request?.body).toMatch(/name="timestamp_granularities\[\]"\r\n\r\nword\r\n/);
    expect(request?.body).toMatch(
      /name="file"; filename="recording\.mp3"\r\nContent-Type: audio\/mpeg\r\n\r\nRIFF of a recording\r\n/,
    );
  });

  it('omits unset options, including the key', async () => {
    await client({ apiKey: undefined }).transcribe({ audio: AUDIO });

    expect(received[0]?.headers.authorization).toBeUndefined();
    expect(received[0]?.body).not.toMatch(/name="(?:language|prompt)"/);
  });

  it('requests plain JSON from models other than Whisper, as they support nothing else', async () => {
    await client({ model: 'gpt-4o-transcribe' }).transcribe({ audio: AUDIO });

    expect(received[0]?.body).toMatch(/name="response_format"\r\n\r\njson\r\n/);
    expect(received[0]?.body).not.toContain('timestamp_granularities');
  });

  it('sends the key to Azure in Azure’s header', async () => {
    await client({ apiVersion: '2024-06-01' }).transcribe({ audio: AUDIO });

    expect(received[0]?.headers).toMatchObject({ 'api-key': KEY });
    expect(received[0]?.headers.authorization).toBeUndefined();
  });

  it.each<[Partial<LiteLlmConfig>, string]>([
    [{ baseUrl: 'https://h/v1' }, 'https://h/v1/audio/transcriptions'],
    [
      { baseUrl: 'https://h', apiVersion: 'v 1' },
      'https://h/openai/deployments/whisper/audio/transcriptions?api-version=v%201',
    ],
    [
      { baseUrl: 'https://h/openai', apiVersion: 'v' },
      'https://h/openai/deployments/whisper/audio/transcriptions?api-version=v',
    ],
    [
      { baseUrl: 'https://h/openai/deployments/other', apiVersion: 'v' },
      'https://h/openai/deployments/other/audio/transcriptions?api-version=v',
    ],
  ])('with %j is sent to %s', (config, url) => {
    expect(urlOf({ baseUrl: '', model: 'azure/whisper', maxAudioBytes: 1, ...config })).toBe(url);
  });
});

describe('the answer to a request for a transcript', () => {
  it('is converted to AssemblyAI’s format, with times in milliseconds', async () => {
    answer(200, {
      task: 'transcribe',
      language: 'dutch',
      duration: 2.5,
      text: ' Goede middag. ',
      words: [
        { word: ' Goede', start: 0.25, end: 0.9 },
        { word: 'nonsense', start: 'soon', end: null },
        { word: 'middag.', start: '1', end: 2.0004 },
      ],
      segments: [{ text: 'Goede middag.' }],
    });

    await expect(client().transcribe({ audio: AUDIO })).resolves.toEqual({
      text: 'Goede middag.',
      audioDurationSeconds: 2.5,
      raw: {
        status: 'completed',
        text: 'Goede middag.',
        audio_duration: 2.5,
        language_code: 'dutch',
        words: [
          { text: 'Goede', start: 250, end: 900 },
          { text: 'middag.', start: 1_000, end: 2_000 },
        ],
        speech_model_used: 'whisper-1',
      },
    });
  });

  it('is refused when its text is longer than the longest recording allows', async () => {
    answer(200, { text: 'a'.repeat(1_080_001) });
    expect(await failureOf()).toMatchObject({ name: 'ProviderRejectedError', code: 'text_too_long' });
  });

  it('may contain only the text', async () => {
    await expect(client().transcribe({ audio: AUDIO })).resolves.toMatchObject({
      text: 'Hello.',
      raw: { words: null, audio_duration: null, language_code: null },
    });
  });

  it.each<[string, () => void, object]>([
    [
      '500',
      () => {
        answer(500);
      },
      { code: 'server_fault', ambiguous: true },
    ],
    [
      '408',
      () => {
        answer(408);
      },
      { code: 'timeout', ambiguous: true },
    ],
    [
      '429 with a pause',
      () => {
        answer(429, {}, { 'retry-after': '7' });
      },
      { code: 'throttled', ambiguous: false, retryAfterMs: 7_000 },
    ],
    [
      '429 for an empty purse',
      () => {
        answer(429, { error: { code: 'insufficient_quota', message: 'You exceeded' } });
      },
      { code: 'account_blocked', ambiguous: false, retryAfterMs: 60_000 },
    ],
    [
      'HTML',
      () => {
        answer(200, '<html>');
      },
      { code: 'invalid_answer', ambiguous: true },
    ],
    [
      'JSON without a text',
      () => {
        answer(200, { words: [] });
      },
      { code: 'invalid_answer' },
    ],
    [
      'a redirect',
      () => {
        answer(302, '', { location: 'https://elsewhere.example' });
      },
      { code: 'wrong_url' },
    ],
    [
      '401',
      () => {
        answer(401, { error: { message: `Bad ${KEY}` } });
      },
      { code: 'unauthorized' },
    ],
    [
      '403',
      () => {
        answer(403, { detail: 'No.' });
      },
      { code: 'forbidden' },
    ],
    [
      '404',
      () => {
        answer(404);
      },
      { code: 'wrong_url' },
    ],
    [
      '413',
      () => {
        answer(413);
      },
      { code: 'audio_too_large' },
    ],
    [
      '400',
      () => {
        answer(400, { error: 'Unsupported format' });
      },
      { code: 'rejected' },
    ],
    [
      '400 for a recording that is too short',
      () => {
        answer(400, { error: { message: 'x', code: 'audio_too_short' } });
      },
      { code: 'no_speech' },
    ],
    [
      'a cut connection',
      () => {
        respond = (_response, request) => request.socket.destroy();
      },
      { code: 'connection_lost', ambiguous: true },
    ],
  ])('is classified: %s', async (_name, prepare, expected) => {
    prepare();
    const error = await failureOf();

    expect(error).toMatchObject({ provider: 'litellm', ...expected });
    expect(inspect(error, { depth: 5 })).not.toContain(KEY);
  });

  it('times out', async () => {
    respond = () => undefined;

    expect(await failureOf(client({}, 100))).toMatchObject({ code: 'timeout', ambiguous: true });
  });

  it('is not awaited when the caller aborts', async () => {
    const controller = new AbortController();
    respond = () => {
      controller.abort();
    };

    expect(await failureOf(client(), controller.signal)).toMatchObject({ code: 'stopped', ambiguous: true });
  });

  it('is not ambiguous when the connection was refused', async () => {
    expect(await failureOf(client({ baseUrl: 'http://127.0.0.1:1' }))).toMatchObject({
      code: 'unreachable',
      ambiguous: false,
    });
  });
});
