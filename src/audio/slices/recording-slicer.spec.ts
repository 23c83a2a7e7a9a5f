import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AudioSource } from '../audio-source.js';
import { LocalAudioStorage } from '../local-audio-storage.js';
import { MediaParser } from '../media/media-parser.js';
import { OutboundAgents } from '../../outbound/outbound-agents.js';
import { RemoteAudio } from '../remote-audio.js';
import { LONG_FILES, packetsOf, packetsWithin } from '../testing/long-files.js';
import { recording } from '../testing/sound-files.js';
import type { SliceRequest } from './cut-slice.js';
import { RecordingSlicer } from './recording-slicer.js';

const SECONDS = 400;
const PART = { startSeconds: 300, endSeconds: 310, maxBytes: 10_000_000 };
const ETAG = '"one"';

let dataDir: string;
let storage: LocalAudioStorage;
let parser: MediaParser;
let slicer: RecordingSlicer;
let server: http.Server;
let url: string;
let respond: http.RequestListener;
let requests: http.IncomingHttpHeaders[];
let mp3: Buffer;

beforeAll(async () => {
  mp3 = (await LONG_FILES['MP3 of a constant bit rate']?.(SECONDS)) ?? Buffer.alloc(0);
});

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'slicer-'));
  storage = new LocalAudioStorage({ dataDir });
  parser = new MediaParser();
  slicer = new RecordingSlicer(storage, new RemoteAudio(new OutboundAgents(['127.0.0.0/8'])), parser);
  requests = [];
  server = http.createServer((request, response) => {
    requests.push(request.headers);
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
  await parser.onApplicationShutdown();
  await rm(dataDir, { recursive: true });
});

afterAll(() => {
  mp3 = Buffer.alloc(0);
});

const cut = (source: AudioSource, part: Partial<SliceRequest> = {}, signal = new AbortController().signal) =>
  slicer.cut(source, { ...PART, ...part }, signal);

const cutUrl = (part: Partial<SliceRequest> = {}) => cut({ kind: 'url', url }, part);

async function store(file: Buffer): Promise<AudioSource> {
  const stored = await storage.save({ stream: Readable.from([file]), key: 'a/b', maxBytes: 50_000_000 });
  return { kind: 'stored', ...stored };
}

/** Answers ranges of a file. */
function answerRange(
  file: Buffer,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  etag = ETAG,
): void {
  const [, start = '0', end = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const last = Math.min(Number(end), file.length - 1);
  const ifRange = request.headers['if-range'];
  if (ifRange !== undefined && ifRange !== etag) {
    response.writeHead(200, { etag }).end(file);
    return;
  }
  response
    .writeHead(206, { etag, 'content-range': `bytes ${start}-${last}/${file.length}` })
    .end(file.subarray(Number(start), last + 1));
}

/** Answers with the first bytes of a range, and closes the connection. */
function breakOff(request: http.IncomingMessage, response: http.ServerResponse): void {
  const [, start = '0', end = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const last = Math.min(Number(end), mp3.length - 1);
  response.writeHead(206, {
    etag: ETAG,
    'content-range': `bytes ${start}-${last}/${mp3.length}`,
    'content-length': last - Number(start) + 1,
  });
  response.write(mp3.subarray(Number(start), Number(start) + 100), () => response.destroy());
}

/** Checks that a slice has the packets of the requested part. */
async function expectPart(file: Buffer, outcome: Awaited<ReturnType<typeof cut>>): Promise<void> {
  if ('omitted' in outcome) throw new Error(`${outcome.omitted}: ${outcome.detail}`);
  const wanted = packetsWithin(await packetsOf(file), PART.startSeconds, PART.endSeconds);
  const found = await packetsOf(outcome.bytes);
  expect(found.map(({ data }) => Buffer.from(data))).toEqual(wanted.map(({ data }) => Buffer.from(data)));
}

describe('a slice of a stored recording', () => {
  it('is cut', async () => {
    await expectPart(mp3, await cut(await store(mp3)));
  });

  it('is omitted when the recording is missing', async () => {
    const outcome = await cut({ kind: 'stored', key: 'a/b.mp3', mimeType: 'audio/mpeg' });

    expect(outcome).toMatchObject({
      omitted: 'unavailable',
      detail: expect.stringContaining('not in the') as string,
    });
  });

  it('is omitted when it would be too large', async () => {
    expect(await cut(await store(mp3), { maxBytes: 20_000 })).toMatchObject({ omitted: 'too_large' });
  });

  it.each(['alac.m4a', 'opus.caf', 'film.mp4', 'wma.wma'])(
    'is omitted for %s, which is not cut',
    async (name) => {
      const source = await store(await recording(name));

      expect(await cut(source, { startSeconds: 0, endSeconds: 1 })).toMatchObject({ omitted: 'uncut' });
    },
  );

  it('is omitted for a file that keeps the parser busy forever', async () => {
    const source = await store(await recording('endless.webm'));

    expect(await cut(source, { startSeconds: 0, endSeconds: 1 })).toMatchObject({ omitted: 'uncut' });
  });

  it('ends with the reason of its caller, also while it waits for others', async () => {
    respond = () => undefined;
    const caller = new AbortController();
    const waiting = Array.from({ length: 8 }, () => cut({ kind: 'url', url }, {}, caller.signal));

    caller.abort(new Error('stopped'));

    for (const result of await Promise.allSettled(waiting)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'stopped' } });
    }
    await expectPart(mp3, await cut(await store(mp3)));
  });
});

describe('a slice of a recording at a URL', () => {
  it('is cut with ranges, which are large when they are read forward', async () => {
    respond = (request, response) => {
      answerRange(mp3, request, response);
    };

    await expectPart(mp3, await cutUrl());

    expect(requests.length).toBeLessThan(mp3.length / 500_000 + 6);
    expect(requests.slice(1).map((headers) => headers['if-range'])).toEqual(
      requests.slice(1).map(() => ETAG),
    );
    expect(requests.every((headers) => headers.range !== undefined)).toBe(true);
  });

  it('is cut from the whole recording when the server knows no ranges', async () => {
    respond = (_request, response) => {
      response.writeHead(200).end(mp3);
    };

    await expectPart(mp3, await cutUrl());

    expect(requests).toHaveLength(1);
  });

  it.each([[{ 'content-length': 30_000_000 }], [{}]])(
    'is omitted when the server sends a large recording only as a whole',
    async (headers) => {
      respond = (_request, response) => {
        response.writeHead(200, headers);
        Readable.from(Array.from({ length: 30 }, () => Buffer.alloc(1_000_000))).pipe(response);
      };

      expect(await cutUrl()).toEqual({
        omitted: 'unavailable',
        detail: expect.stringContaining('only as a whole') as string,
      });
    },
  );

  it.each([
    ['with ETags', (changed: boolean) => (changed ? '"two"' : ETAG)],
    ['with weak ETags', (changed: boolean) => (changed ? 'W/"two"' : 'W/"one"')],
  ])('is omitted when the recording changes between two reads, %s', async (_name, etagOf) => {
    const other = Buffer.from(mp3).reverse();
    respond = (request, response) => {
      const isChanged = requests.length > 2;
      answerRange(isChanged ? other : mp3, request, response, etagOf(isChanged));
    };

    expect(await cutUrl()).toEqual({
      omitted: 'unavailable',
      detail: 'the recording at the audio URL has changed while it was read',
    });
  });

  it('is cut when a read fails in the middle once', async () => {
    let failures = 0;
    respond = (request, response) => {
      if (requests.length === 3) {
        failures += 1;
        breakOff(request, response);
        return;
      }
      if (requests.length === 4) {
        failures += 1;
        response.writeHead(503).end();
        return;
      }
      answerRange(mp3, request, response);
    };

    const outcome = await cutUrl();

    expect(failures).toBe(2);
    await expectPart(mp3, outcome);
  });

  it('is omitted when the server always ends in the middle', async () => {
    respond = breakOff;

    expect(await cutUrl()).toEqual({
      omitted: 'unavailable',
      detail: 'the server of the audio URL ended in the middle of the recording',
    });
  });

  it('is omitted at once when the server refuses', async () => {
    respond = (_request, response) => {
      response.writeHead(403).end();
    };

    expect(await cutUrl()).toEqual({
      omitted: 'unavailable',
      detail: 'the audio URL cannot be read: its server answered with status 403',
    });
    expect(requests).toHaveLength(1);
  });

  it('is omitted when redirected', async () => {
    respond = (_request, response) => {
      response.writeHead(302, { location: url }).end();
    };

    expect(await cutUrl()).toMatchObject({ omitted: 'unavailable' });
    expect(requests).toHaveLength(1);
  });

  it('is omitted when the address is not allowed', async () => {
    slicer = new RecordingSlicer(storage, new RemoteAudio(new OutboundAgents([])), parser);

    expect(await cutUrl()).toMatchObject({ omitted: 'refused' });
    expect(requests).toHaveLength(0);
  });

  it.each([
    ['a page', Buffer.from('<!doctype html><title>No such recording</title>')],
    ['nothing', Buffer.alloc(0)],
  ])('is omitted when the server sends %s', async (_name, body) => {
    respond = (_request, response) => {
      response.writeHead(200).end(body);
    };

    expect(await cutUrl()).toMatchObject({ omitted: 'not_audio' });
  });

  it('never tells the URL', async () => {
    respond = (_request, response) => response.destroy();

    const outcome = await cutUrl();

    expect(outcome).toMatchObject({ omitted: 'unavailable' });
    expect(JSON.stringify(outcome)).not.toContain('signature');
  });
});
