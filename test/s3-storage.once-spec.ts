import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Logger } from '@nestjs/common';
import {
  AudioMissingError,
  AudioRangeError,
  AudioStoreError,
  AudioTooLargeError,
  AudioUnavailableError,
  NotAudioError,
  UploadCutOffError,
} from '../src/audio/audio-error.js';
import { S3AudioStorage } from '../src/audio/s3-audio-storage.js';
import { wav } from './support/api.js';
import { HttpProxy, type SeenRequest } from './support/http-proxy.js';
import { resolveLocalhostNames } from './support/localhost-names.js';
import { S3Server, type S3Kind } from './support/s3-server.js';

Logger.overrideLogger(false);

const MIB = 1_048_576;
/** Three parts of a multipart upload, the last one smaller. */
const LARGE_BYTES = 12 * MIB;
const THREE_DAYS_SECONDS = '259200';
const HOUR_SECONDS = '3600';

const newKey = (conversation = 'conversation-1') => `${conversation}/${crypto.randomUUID()}`;

function recording(bytes = 10_000): Buffer {
  return Buffer.concat([wav(crypto.randomUUID()).subarray(0, 10_000), Buffer.alloc(bytes - 10_000, 7)]);
}

function streamOf(bytes: Buffer, cutAt = Infinity): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += 65_536) {
        if (at >= cutAt) throw new Error('the sender went away');
        yield bytes.subarray(at, at + 65_536);
      }
    })(),
  );
}

const save = (storage: S3AudioStorage, bytes: Buffer, changes: { key?: string; maxBytes?: number } = {}) =>
  storage.save({ stream: streamOf(bytes), key: newKey(), maxBytes: 100 * MIB, ...changes });

describe.each<S3Kind>(['fauxqs', 's3rver'])('recordings in a bucket of %s', (kind) => {
  let server: S3Server;
  let storage: S3AudioStorage;

  beforeAll(async () => {
    server = await S3Server.start(kind);
    storage = new S3AudioStorage(server.config());
  });

  afterAll(async () => {
    storage.close();
    await server.stop();
  });

  it.each([
    ['small', 10_000],
    ['that takes several parts', LARGE_BYTES],
  ])('return a recording %s unchanged', async (_name, bytes) => {
    const sent = recording(bytes);
    const key = newKey();

    const stored = await save(storage, sent, { key });
    const opened = await storage.open(stored.key);

    expect(stored).toMatchObject({ key: `${key}.wav`, bytes, mimeType: 'audio/wav' });
    expect(opened).toMatchObject({ bytes, mimeType: 'audio/wav' });
    expect(sent.equals(await buffer(opened.stream))).toBe(true);
  });

  it('give a recording a URL that is valid for three days, and new each time', async () => {
    const sent = recording();
    const { key } = await save(storage, sent);

    const urls = await Promise.all([storage.publicUrl(key), storage.publicUrl(key)]);
    const answers = await Promise.all(urls.map((url) => fetch(url)));

    expect(urls[0]).not.toBe(urls[1]);
    for (const url of urls) {
      expect(url.startsWith(`${server.url}/recordings/${key}?`)).toBe(true);
      expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe(THREE_DAYS_SECONDS);
    }
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('audio/wav');
      expect(sent.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
    }
  });

  it.each([
    ['its beginning', { start: 0, end: 9 }, 10],
    ['its middle', { start: 3_333, end: 6_665 }, 3_333],
    ['its last byte', { start: 9_999, end: 9_999 }, 1],
    ['all that is left, when the range ends beyond it', { start: 9_000, end: 1_000_000 }, 1_000],
  ])('return a part of a recording: %s', async (_part, range, bytes) => {
    const sent = recording();
    sent.set(Buffer.from(Array.from({ length: 9_000 }, (_v, at) => at % 251)), 1_000);
    const { key } = await save(storage, sent);

    const opened = await storage.open(key, range);

    expect(opened).toMatchObject({ bytes, mimeType: 'audio/wav' });
    expect((await buffer(opened.stream)).equals(sent.subarray(range.start, range.end + 1))).toBe(true);
  });

  it('refuse a range that begins beyond the end', async () => {
    const { key } = await save(storage, recording());

    await expect(storage.open(key, { start: 10_000, end: 20_000 })).rejects.toThrow(AudioRangeError);
  });

  it('are known by length and kind without being opened', async () => {
    const { key } = await save(storage, recording());

    await expect(storage.stat(key)).resolves.toEqual({ bytes: 10_000, mimeType: 'audio/wav' });
    await storage.delete(key);
    await expect(storage.stat(key)).rejects.toThrow(AudioMissingError);
  });

  it('give a listener a URL that is valid for an hour, also for parts, and another to ask for the length', async () => {
    const sent = recording();
    const { key } = await save(storage, sent);

    const url = await storage.listenUrl(key, 'GET');
    const whole = await fetch(url);
    const part = await fetch(url, { headers: { range: 'bytes=100-199' } });
    const head = await fetch(await storage.listenUrl(key, 'HEAD'), { method: 'HEAD' });

    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe(HOUR_SECONDS);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-type')).toBe('audio/wav');
    expect(new URL(url).searchParams.get('response-content-disposition')).toBe('inline');
    expect(sent.equals(Buffer.from(await whole.arrayBuffer()))).toBe(true);
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(sent.subarray(100, 200))).toBe(true);
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe('10000');
  });

  it('are not returned after their deletion, which may be repeated', async () => {
    const { key } = await save(storage, recording());
    const url = await storage.publicUrl(key);
    await storage.delete(key);
    await storage.delete(key);

    await expect(storage.open(key)).rejects.toThrow(AudioMissingError);
    expect((await fetch(url)).status).toBe(404);
  });
});

// s3rver is not used: it computes wrong signatures of such addresses, as it adds the bucket to the
// signed path.
describe('a bucket that is addressed by its host name', () => {
  let server: S3Server;
  let proxy: HttpProxy;
  let restoreNames: () => void;

  beforeAll(async () => {
    restoreNames = resolveLocalhostNames();
    server = await S3Server.start('fauxqs');
    proxy = await HttpProxy.start(server.url);
  });

  afterAll(async () => {
    restoreNames();
    await proxy.stop();
    await server.stop();
  });

  it('stores a recording, returns it, also by a signed URL, and removes it', async () => {
    const endpoint = proxy.url.replace('127.0.0.1', 's3.localhost');
    const storage = new S3AudioStorage({ ...server.config(endpoint), pathStyle: false });
    const sent = recording(LARGE_BYTES);
    const { key } = await save(storage, sent);
    const opened = await buffer((await storage.open(key)).stream);
    const url = await storage.publicUrl(key);
    const fetched = await fetch(url);
    const fetchedBytes = Buffer.from(await fetched.arrayBuffer());
    await storage.delete(key);
    storage.close();

    expect(sent.equals(opened)).toBe(true);
    expect(new URL(url)).toMatchObject({ hostname: 'recordings.s3.localhost', pathname: `/${key}` });
    expect(sent.equals(fetchedBytes)).toBe(true);
    expect(await server.keys()).toEqual([]);
    expect(new Set(proxy.seen.map(({ host }) => host))).toEqual(new Set(['recordings.s3.localhost']));
    expect(new Set(proxy.seen.map(({ path }) => path))).toEqual(new Set([`/${key}`]));
  });
});

describe('a bucket that checks signatures', () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await S3Server.start('s3rver');
  });

  afterAll(async () => {
    await server.stop();
  });

  it('returns nothing for a signed URL that was changed', async () => {
    const storage = new S3AudioStorage(server.config());
    const mine = await save(storage, recording());
    const other = await save(storage, recording());
    const url = await storage.publicUrl(mine.key);
    storage.close();

    const changed = [
      url.replace(mine.key, other.key),
      url.replace('X-Amz-Expires=259200', 'X-Amz-Expires=604799'),
      url.replace(/X-Amz-Signature=./, 'X-Amz-Signature=g'),
    ];
    expect(await Promise.all(changed.map(async (one) => (await fetch(one)).status))).toEqual([403, 403, 403]);
  });

  it.each([
    ['secret', { secretAccessKey: 'a-wrong-secret' }, 'STORAGE_S3_SECRET'],
    ['key', { accessKeyId: 'A-WRONG-KEY' }, 'STORAGE_S3_KEY'],
  ])('refuses a wrong %s, and says so in one line without it', async (_name, wrong, variable) => {
    const storage = new S3AudioStorage({ ...server.config(), ...wrong });
    const saving = save(storage, recording());

    await expect(saving).rejects.toThrow(AudioStoreError);
    await expect(saving).rejects.toThrow(new RegExp(`^the audio store [^\n]*${variable}`));
    await expect(saving).rejects.not.toThrow(/wrong-secret|WRONG-KEY/i);
    storage.close();
  });
});

describe('an upload to a bucket that fails', () => {
  let server: S3Server;
  let proxy: HttpProxy;
  let storage: S3AudioStorage;

  beforeAll(async () => {
    server = await S3Server.start('fauxqs');
    proxy = await HttpProxy.start(server.url);
    storage = new S3AudioStorage(server.config(proxy.url));
  });

  beforeEach(() => {
    proxy.reset();
  });

  /** The bucket is empty, and each multipart upload that was begun has been ended. */
  afterEach(async () => {
    const uploads = proxy.seen.filter(isBegin).length;
    const ended = new Set(proxy.seen.filter(isAbort).map(({ query }) => query.get('uploadId')));
    expect(ended.size).toBe(uploads);
    expect(await server.keys()).toEqual([]);
  });

  afterAll(async () => {
    storage.close();
    await proxy.stop();
    await server.stop();
  });

  it('leaves nothing behind when its sender vanishes in the middle', async () => {
    const stream = streamOf(recording(LARGE_BYTES), 8 * MIB);
    const saving = storage.save({ stream, key: newKey(), maxBytes: 100 * MIB });

    await expect(saving).rejects.toThrow(UploadCutOffError);
    expect(proxy.seen.filter(isPart)).toHaveLength(1);
    expect(stream.destroyed).toBe(true);
  });

  it('leaves nothing behind when it is too large, and is not read to its end', async () => {
    const stream = streamOf(recording(LARGE_BYTES));
    const saving = storage.save({ stream, key: newKey(), maxBytes: 7 * MIB });

    await expect(saving).rejects.toThrow(AudioTooLargeError);
    expect(proxy.seen.filter(isBegin)).toHaveLength(1);
    expect(stream.destroyed).toBe(true);
  });

  it('is not begun when it is no audio, or is empty', async () => {
    await expect(save(storage, Buffer.alloc(LARGE_BYTES, 'text'))).rejects.toThrow(NotAudioError);
    await expect(save(storage, Buffer.alloc(0))).rejects.toThrow(NotAudioError);
    expect(proxy.seen).toEqual([]);
  });

  it.each<[string, (request: SeenRequest) => boolean]>([
    ['a part is refused', (request) => isPart(request) && request.query.get('partNumber') === '2'],
    ['its end is refused', isComplete],
  ])('is aborted when %s', async (_name, isRefused) => {
    proxy.fault = (request) => (isRefused(request) ? { status: 403 } : undefined);

    await expect(save(storage, recording(LARGE_BYTES))).rejects.toThrow(/denies access/);
  });

  it.each([
    ['a small recording', 10_000, isPut],
    ['a large one', LARGE_BYTES, isComplete],
  ])('removes %s that was stored although the answer says otherwise', async (_name, bytes, isLast) => {
    proxy.fault = (request) => (isLast(request) ? { status: 403, workDone: true } : undefined);

    await expect(save(storage, recording(bytes))).rejects.toThrow(AudioStoreError);
    expect(proxy.seen.some(isLast)).toBe(true);
    expect(proxy.seen.some(({ method }) => method === 'DELETE')).toBe(true);
  });

  it('is tried again by itself when a part is answered 503, or its connection is cut', async () => {
    const faults = [{ status: 503 }, 'cut' as const];
    proxy.fault = (request) => (isPart(request) ? faults.shift() : undefined);
    const sent = recording(LARGE_BYTES);

    const { key } = await save(storage, sent);
    const { stream } = await storage.open(key);
    const stored = await buffer(stream);
    await storage.delete(key);
    proxy.seen.length = 0;

    expect(faults).toEqual([]);
    expect(sent.equals(stored)).toBe(true);
  });
});

describe('a bucket', () => {
  let server: S3Server;
  let storage: S3AudioStorage;

  beforeAll(async () => {
    server = await S3Server.start('fauxqs');
    storage = new S3AudioStorage(server.config());
  });

  afterAll(async () => {
    storage.close();
    await server.stop();
  });

  it('loses all recordings of one conversation, and none of another', async () => {
    const others = await save(storage, recording(), { key: newKey('conversation-10') });
    for (let index = 0; index < 20; index += 1) await save(storage, recording());

    await storage.deleteConversation('conversation-1');
    await storage.deleteConversation('conversation-1');

    expect(await server.keys()).toEqual([others.key]);
  });

  it('passes its check, and a search for unfinished uploads does no harm', async () => {
    await expect(storage.check()).resolves.toBeUndefined();
    await expect(
      storage.cleanTemporary({ nowMs: Date.now(), inUse: () => Promise.resolve(new Set()) }),
    ).resolves.toBe(0);
  });

  it.each<[string, { bucket?: string; endpoint?: string }, RegExp]>([
    [
      'does not exist',
      { bucket: 'no-such-bucket' },
      /no such bucket \(NoSuchBucket\); check STORAGE_S3_BUCKET/,
    ],
    [
      'cannot be reached',
      { endpoint: 'http://127.0.0.1:1' },
      /cannot be reached \(\S+\); check STORAGE_S3_ENDPOINT/,
    ],
  ])('that %s is reported in one line', async (_name, wrong, words) => {
    const unfit = new S3AudioStorage({ ...server.config(), ...wrong });

    await expect(unfit.check()).rejects.toThrow(words);
    await expect(unfit.open('a/b.wav')).rejects.toThrow(AudioUnavailableError);
    await expect(unfit.stat('a/b.wav')).rejects.toThrow(AudioUnavailableError);
    await expect(unfit.deleteConversation('a')).rejects.toThrow(AudioStoreError);
    unfit.close();
  });
});

describe('an error answer of a store', () => {
  let proxy: HttpProxy;
  let storage: S3AudioStorage;

  beforeAll(async () => {
    proxy = await HttpProxy.start('http://127.0.0.1:1');
    storage = new S3AudioStorage({
      bucket: 'recordings',
      region: 'us-east-1',
      endpoint: proxy.url,
      pathStyle: true,
      accessKeyId: 'a-key',
      secretAccessKey: 'a-secret',
    });
  });

  afterAll(async () => {
    storage.close();
    await proxy.stop();
  });

  it.each<[number, string, RegExp]>([
    [403, 'SecondLevelDomainForbidden', /SecondLevelDomainForbidden.*STORAGE_S3_PATH_STYLE=false/],
    [403, 'PathStyleDomainForbidden', /PathStyleDomainForbidden.*STORAGE_S3_PATH_STYLE=false/],
    [403, 'SignatureDoesNotMatch', /SignatureDoesNotMatch.*STORAGE_S3_SECRET/],
    [403, 'RequestTimeTooSkewed', /clock.*RequestTimeTooSkewed.*NTP/],
    [403, 'AccessDenied', /AccessDenied.*let the key/],
    [403, 'UserDisable', /UserDisable.*status 403.*documentation/],
    [409, 'NoSuchUser', /NoSuchUser.*status 409/],
  ])('with status %d and the code %s is reported by that code, in one line', async (status, code, words) => {
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>the request GET /secret</Message></Error>`;
    proxy.fault = () => ({ status, body });
    const checking = storage.check();

    await expect(checking).rejects.toThrow(AudioStoreError);
    await expect(checking).rejects.toThrow(words);
    await expect(checking).rejects.not.toThrow(/STORAGE_S3_KEY, STORAGE_S3_SECRET|secret|\n/);
  });

  it('without a code is reported by its status', async () => {
    proxy.fault = () => ({ status: 403 });

    await expect(storage.check()).rejects.toThrow(/denies access \(status 403\); check STORAGE_S3_KEY/);
  });
});

function isPut({ method, query }: SeenRequest): boolean {
  return method === 'PUT' && !query.has('uploadId');
}

function isBegin({ method, query }: SeenRequest): boolean {
  return method === 'POST' && query.has('uploads');
}

function isPart({ method, query }: SeenRequest): boolean {
  return method === 'PUT' && query.has('partNumber');
}

function isComplete({ method, query }: SeenRequest): boolean {
  return method === 'POST' && query.has('uploadId');
}

function isAbort({ method, query }: SeenRequest): boolean {
  return method === 'DELETE' && query.has('uploadId');
}
