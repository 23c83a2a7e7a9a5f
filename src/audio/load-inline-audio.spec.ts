import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidAudioKeyError } from './audio-error.js';
import type { AudioSource } from './audio-source.js';
import { loadAudio, type LoadAudioOptions } from './load-inline-audio.js';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import { LocalAudioStorage } from './local-audio-storage.js';

const WAV = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'), Buffer.alloc(5_000, 7)]);

let dataDir: string;
let storage: LocalAudioStorage;
let server: http.Server;
let url: string;
let respond: http.RequestListener;
let requests: number;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'inline-audio-'));
  storage = new LocalAudioStorage({ dataDir });
  requests = 0;
  server = http.createServer((request, response) => {
    requests += 1;
    respond(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.mp3?signature=abc`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await rm(dataDir, { recursive: true });
});

const load = (source: AudioSource, changes: Partial<LoadAudioOptions> = {}) =>
  loadAudio({
    storage,
    source,
    agents: new OutboundAgents(['127.0.0.0/8']),
    maxBytes: 100_000,
    timeoutMs: 10_000,
    ...changes,
  });

const loadUrl = (changes: Partial<LoadAudioOptions> = {}) => load({ kind: 'url', url }, changes);

function answer(status: number, body: Buffer | string, headers: http.OutgoingHttpHeaders = {}): void {
  respond = (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}

describe('a stored recording', () => {
  const source = (key: string): AudioSource => ({ kind: 'stored', key, mimeType: 'audio/wav' });

  it('is read whole', async () => {
    const { key } = await storage.save({ stream: Readable.from([WAV]), key: 'a/b', maxBytes: 100_000 });
    await expect(load(source(key))).resolves.toEqual({ bytes: WAV, mimeType: 'audio/wav' });
  });

  it('is left out when it is too large, but not when it just fits', async () => {
    const { key } = await storage.save({ stream: Readable.from([WAV]), key: 'a/b', maxBytes: 100_000 });
    await expect(load(source(key), { maxBytes: WAV.length - 1 })).resolves.toMatchObject({
      omitted: 'too_large',
    });
    await expect(load(source(key), { maxBytes: WAV.length })).resolves.toHaveProperty('bytes');
  });

  it('is left out when it is missing', async () => {
    await expect(load(source('a/b.wav'))).resolves.toMatchObject({ omitted: 'unavailable' });
  });

  it('with a malformed key throws, as that is a defect of the caller', async () => {
    await expect(load(source('../b.wav'))).rejects.toBeInstanceOf(InvalidAudioKeyError);
  });
});

describe('a recording on the web', () => {
  it('is read whole, and its content takes precedence over its label', async () => {
    answer(200, WAV, { 'content-type': 'text/plain' });
    await expect(loadUrl()).resolves.toEqual({ bytes: WAV, mimeType: 'audio/wav' });
  });

  it('gets its type from its label when its content is unknown', async () => {
    answer(200, Buffer.alloc(100, 1), { 'content-type': 'audio/L16; rate=16000' });
    await expect(loadUrl()).resolves.toMatchObject({ mimeType: 'audio/l16' });
  });

  it.each([
    ['text without a label', Buffer.from('hello'), {}],
    ['text with the label of text', Buffer.from('hello'), { 'content-type': 'text/html' }],
    ['a picture with the label of audio', Buffer.from('%PDF-1.7\n'), { 'content-type': 'audio/mpeg' }],
    ['nothing', Buffer.alloc(0), { 'content-type': 'audio/mpeg' }],
  ])('is left out when it is %s', async (_what, body, headers) => {
    answer(200, body, headers);
    await expect(loadUrl()).resolves.toMatchObject({ omitted: 'not_audio' });
  });

  it.each([403, 404, 500, 206])(
    'is left out when its server answers %i, without quoting the URL',
    async (status) => {
      answer(status, WAV);
      const loaded = await loadUrl();
      expect(loaded).toMatchObject({
        omitted: 'unavailable',
        detail: expect.stringContaining(String(status)) as unknown,
      });
      expect(JSON.stringify(loaded)).not.toContain('signature');
    },
  );

  it('is left out when its server redirects', async () => {
    answer(302, '', { location: url });
    await expect(loadUrl()).resolves.toMatchObject({ omitted: 'unavailable' });
    expect(requests).toBe(1);
  });

  it('is left out before its first byte when its announced length is too large', async () => {
    respond = (_request, response) => {
      response.writeHead(200, { 'content-length': '1001' }).flushHeaders();
    };
    await expect(loadUrl({ maxBytes: 1_000 })).resolves.toMatchObject({ omitted: 'too_large' });
  });

  it('is read no further when it exceeds the limit without an announced length', async () => {
    let closed: Promise<unknown> | undefined;
    respond = (_request, response) => {
      closed = once(response, 'close');
      Readable.from(endless()).pipe(response);
    };
    await expect(loadUrl()).resolves.toMatchObject({ omitted: 'too_large' });
    await closed;
  });

  it('is measured by its decompressed size', async () => {
    answer(200, gzipSync(Buffer.alloc(1_000_000)), { 'content-encoding': 'gzip' });
    await expect(loadUrl()).resolves.toMatchObject({ omitted: 'too_large' });
  });

  it('is left out when it does not arrive in time, or stalls', async () => {
    respond = () => undefined;
    await expect(loadUrl({ timeoutMs: 100 })).resolves.toMatchObject({ omitted: 'unavailable' });
    respond = (_request, response) => {
      response.writeHead(200);
      response.write(WAV);
    };
    await expect(loadUrl({ timeoutMs: 200 })).resolves.toMatchObject({ omitted: 'unavailable' });
  });

  it('is fetched on the connection of the previous one when its server keeps it open', async () => {
    const agents = new OutboundAgents(['127.0.0.0/8']);
    const sockets = new Set<unknown>();
    respond = (request, response) => {
      sockets.add(request.socket);
      response.end(WAV);
    };
    await loadUrl({ agents });
    await expect(loadUrl({ agents })).resolves.toMatchObject({ bytes: WAV });
    expect(sockets.size).toBe(1);
  });

  it('is requested once more, on a fresh connection, when its server has just closed the kept one', async () => {
    const agents = new OutboundAgents(['127.0.0.0/8']);
    const sockets = new Set<unknown>();
    respond = (request, response) => {
      if (sockets.has(request.socket)) request.socket.destroy();
      else response.end(WAV);
      sockets.add(request.socket);
    };
    await loadUrl({ agents });
    await expect(loadUrl({ agents })).resolves.toMatchObject({ bytes: WAV });
    expect({ requests, connections: sockets.size }).toEqual({ requests: 3, connections: 2 });
  });

  it('is requested once when a fresh connection breaks', async () => {
    respond = (request) => {
      request.socket.destroy();
    };
    await expect(loadUrl()).resolves.toMatchObject({
      detail: expect.stringContaining('ECONNRESET') as unknown,
    });
    expect(requests).toBe(1);
  });

  it('is left out when the connection breaks half-way', async () => {
    respond = (request, response) => {
      response.writeHead(200, { 'content-length': '9000' });
      response.write(WAV, () => request.socket.destroy());
    };
    await expect(loadUrl()).resolves.toMatchObject({ omitted: 'unavailable' });
  });

  it.each([
    'file:///etc/passwd',
    'ftp://a.example/x',
    'data:audio/wav;base64,AAAA',
    'no url',
    'http://127.0.0.1:1/x',
  ])('is left out when its URL is %s', async (address) => {
    await expect(load({ kind: 'url', url: address })).resolves.toMatchObject({ omitted: 'unavailable' });
  });

  it.each([
    ['an address', (port: string) => `http://127.0.0.1:${port}/a.mp3`],
    ['an address in another spelling', (port: string) => `http://0x7f.1:${port}/a.mp3`],
    ['an IPv6 address', (port: string) => `http://[::ffff:127.0.0.1]:${port}/a.mp3`],
    ['a name', (port: string) => `http://localhost:${port}/a.mp3`],
    ['a name, with HTTPS', (port: string) => `https://localhost:${port}/a.mp3`],
  ])('is left out, and never requested, when its URL is %s of our own network', async (_what, toUrl) => {
    answer(200, WAV);
    await expect(
      load({ kind: 'url', url: toUrl(new URL(url).port) }, { agents: new OutboundAgents([]) }),
    ).resolves.toEqual({
      omitted: 'refused',
      detail: expect.stringContaining(
        'leads to a private address, and ALLOWED_PRIVATE_NETWORKS does not',
      ) as unknown,
    });
    expect(requests).toBe(0);
  });

  it('throws the abort reason when the caller aborts', async () => {
    const controller = new AbortController();
    respond = () => {
      controller.abort(new Error('shutting down'));
    };
    await expect(loadUrl({ signal: controller.signal })).rejects.toThrow('shutting down');
    await expect(loadUrl({ signal: controller.signal })).rejects.toThrow('shutting down');
    expect(requests).toBe(1);
  });
});

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(16_384, 1);
}
