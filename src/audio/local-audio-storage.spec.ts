import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AudioMissingError,
  AudioRangeError,
  AudioTooLargeError,
  AudioUnavailableError,
  InvalidAudioKeyError,
  NotAudioError,
  UploadCutOffError,
} from './audio-error.js';
import { LocalAudioStorage } from './local-audio-storage.js';

const MIB = 1_048_576;
const KEY = 'conversation-1/chunk-1';

let dataDir: string;
let storage: LocalAudioStorage;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'audio-storage-'));
  storage = new LocalAudioStorage({ dataDir });
});

afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

function wav(bytes: number): Buffer {
  const file = Buffer.alloc(bytes, 7);
  file.write('RIFF\x24\0\0\0WAVEfmt ', 'latin1');
  return file;
}

const streamOf = (bytes: Buffer, chunkBytes = 10_000) =>
  Readable.from(
    (function* () {
      for (let start = 0; start < bytes.length; start += chunkBytes)
        yield bytes.subarray(start, start + chunkBytes);
    })(),
  );

const save = (stream: Readable, changes: { key?: string; maxBytes?: number } = {}) =>
  storage.save({ stream, key: KEY, maxBytes: 10 * MIB, ...changes });

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe('saving', () => {
  it('keeps the bytes unchanged, under a key that shows their kind, readable for the owner only', async () => {
    const bytes = wav(200_000);
    const saved = await save(streamOf(bytes));
    expect(saved).toEqual({
      key: `${KEY}.wav`,
      bytes: 200_000,
      mimeType: 'audio/wav',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    const path = join(dataDir, 'audio', saved.key);
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await filesBelow(dataDir)).toEqual(['chunk-1.wav']);
  });

  it('accepts a recording of exactly the largest size, and of a few bytes', async () => {
    await expect(save(streamOf(wav(100_000)), { maxBytes: 100_000 })).resolves.toMatchObject({
      bytes: 100_000,
    });
    await expect(save(streamOf(wav(16), 3), { key: 'c/2' })).resolves.toMatchObject({ bytes: 16 });
  });

  it('replaces the first when it is repeated', async () => {
    await save(streamOf(wav(100)));
    await save(streamOf(wav(50)));
    await expect(storage.open(`${KEY}.wav`).then(({ stream }) => buffer(stream))).resolves.toHaveLength(50);
  });

  it('stops reading at the first byte beyond the limit, and leaves nothing', async () => {
    let produced = 0;
    const stream = new Readable({
      read() {
        this.push(produced === 0 ? wav(65_536) : Buffer.alloc(65_536));
        produced += 65_536;
      },
    });
    await expect(save(stream, { maxBytes: MIB })).rejects.toBeInstanceOf(AudioTooLargeError);
    expect(stream.destroyed).toBe(true);
    expect(produced).toBeLessThan(2 * MIB);
    expect(await filesBelow(dataDir)).toEqual([]);
  });

  it('refuses a stream that its parser has truncated at a limit as too large', async () => {
    const stream = Object.assign(streamOf(wav(1_000)), { truncated: true });
    await expect(save(stream)).rejects.toBeInstanceOf(AudioTooLargeError);
    expect(await filesBelow(dataDir)).toEqual([]);
  });

  it.each([
    ['fails', new Error('socket hang up')],
    ['is closed without an error', undefined],
  ])('leaves nothing of an upload that %s half-way', async (_how, failure) => {
    const whole = wav(500_000);
    let sent = 0;
    const stream = new Readable({
      read() {
        if (sent < 300_000) this.push(whole.subarray(sent, (sent += 50_000)));
        else this.destroy(failure);
      },
    });
    await expect(save(stream)).rejects.toBeInstanceOf(UploadCutOffError);
    expect(await filesBelow(dataDir)).toEqual([]);
  });

  it('survives an upload that fails before it is read', async () => {
    const stream = streamOf(wav(1_000));
    const saving = save(stream);
    stream.destroy(new Error('socket hang up'));
    await expect(saving).rejects.toBeInstanceOf(UploadCutOffError);
  });

  it('survives an upload that fails while it is destroyed', async () => {
    const stream = new Readable({
      read() {
        this.push(wav(1_000));
      },
      destroy(_error, done) {
        done(new Error('socket hang up'));
      },
    });
    const failed = new Promise((resolve) => stream.once('close', resolve));
    await expect(save(stream, { key: '../x/y' })).rejects.toBeInstanceOf(InvalidAudioKeyError);
    await failed;
    expect(stream.errored).toBeDefined();
  });

  it('refuses an empty upload', async () => {
    const error: unknown = await save(Readable.from([])).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotAudioError);
    expect(error).toMatchObject({ message: expect.stringContaining('empty') as unknown });
    expect(await filesBelow(dataDir)).toEqual([]);
  });

  it('refuses what is not audio by its first bytes, without receiving the rest', async () => {
    let produced = 0;
    const stream = new Readable({
      read() {
        this.push(Buffer.alloc(16_384, 'text '));
        produced += 16_384;
      },
    });
    await expect(save(stream)).rejects.toBeInstanceOf(NotAudioError);
    expect(stream.destroyed).toBe(true);
    expect(produced).toBeLessThan(MIB);
    expect(await filesBelow(dataDir)).toEqual([]);
  });

  it.each([
    '../a/b',
    'a/../../b',
    'a/..',
    '..',
    'a',
    'a/b/c',
    '/a/b',
    'a/b.wav',
    '.incoming/a',
    'a\\..\\b/c',
    'a/b\0',
    '',
  ])('refuses the key %j and destroys the upload', async (key) => {
    const stream = streamOf(wav(100));
    await expect(save(stream, { key })).rejects.toBeInstanceOf(InvalidAudioKeyError);
    expect(stream.destroyed).toBe(true);
    expect(await filesBelow(dataDir)).toEqual([]);
  });

  it("fails with the disk's error, not as the sender's fault, when it cannot write", async () => {
    await writeFile(join(dataDir, 'audio'), 'a file where the folder should be');
    await expect(save(streamOf(wav(100)))).rejects.toMatchObject({
      code: expect.stringMatching(/ENOTDIR|EEXIST/) as unknown,
    });
  });
});

describe('reading and deleting', () => {
  it('finds a recording again after a restart, with its kind and length', async () => {
    const { key } = await save(streamOf(wav(70_000)));
    const opened = await new LocalAudioStorage({ dataDir }).open(key);
    expect(opened).toMatchObject({ bytes: 70_000, mimeType: 'audio/wav' });
    expect((await buffer(opened.stream)).equals(wav(70_000))).toBe(true);
  });

  it('reports a recording as missing when it never existed, and after it was deleted', async () => {
    await expect(storage.open(`${KEY}.wav`)).rejects.toBeInstanceOf(AudioMissingError);
    const { key } = await save(streamOf(wav(100)));
    await storage.delete(key);
    await storage.delete(key);
    await expect(storage.open(key)).rejects.toBeInstanceOf(AudioMissingError);
  });

  it.each([
    ['its beginning', { start: 0, end: 9 }, 10],
    ['its middle', { start: 33_333, end: 66_665 }, 33_333],
    ['its last byte', { start: 69_999, end: 69_999 }, 1],
    ['all that is left, when the range ends beyond it', { start: 69_000, end: 1_000_000 }, 1_000],
  ])('returns a part of a recording: %s', async (_part, range, bytes) => {
    const whole = Buffer.concat([
      wav(100),
      Buffer.from(Array.from({ length: 69_900 }, (_v, at) => at % 251)),
    ]);
    const { key } = await save(streamOf(whole));
    const opened = await storage.open(key, range);
    expect(opened).toMatchObject({ bytes, mimeType: 'audio/wav' });
    expect((await buffer(opened.stream)).equals(whole.subarray(range.start, range.end + 1))).toBe(true);
  });

  it('refuses a range that begins beyond the end', async () => {
    const { key } = await save(streamOf(wav(100)));
    await expect(storage.open(key, { start: 100, end: 200 })).rejects.toBeInstanceOf(AudioRangeError);
  });

  it('knows the length and kind of a recording without opening it', async () => {
    const { key } = await save(streamOf(wav(100)));
    await expect(storage.stat(key)).resolves.toEqual({ bytes: 100, mimeType: 'audio/wav' });
    await storage.delete(key);
    await expect(storage.stat(key)).rejects.toBeInstanceOf(AudioMissingError);
  });

  it('does not report an unreadable recording as missing', async () => {
    await mkdir(join(dataDir, 'audio'));
    await writeFile(join(dataDir, 'audio', 'conversation-1'), 'a file where the folder should be');
    await expect(storage.open(`${KEY}.wav`)).rejects.toBeInstanceOf(AudioUnavailableError);
    await expect(storage.stat(`${KEY}.wav`)).rejects.toBeInstanceOf(AudioUnavailableError);
  });

  it.each(['../../etc/passwd', '../a/b.wav', 'a/../b.wav', 'a/b', 'a/b.exe', '.incoming/a.wav'])(
    'neither opens nor deletes under the key %j',
    async (key) => {
      await expect(storage.open(key)).rejects.toBeInstanceOf(InvalidAudioKeyError);
      await expect(storage.stat(key)).rejects.toBeInstanceOf(InvalidAudioKeyError);
      await expect(storage.delete(key)).rejects.toBeInstanceOf(InvalidAudioKeyError);
    },
  );

  it('has no public URL', async () => {
    const { key } = await save(streamOf(wav(100)));
    await expect(storage.publicUrl(key)).resolves.toBeNull();
    await expect(storage.listenUrl(key, 'GET')).resolves.toBeNull();
  });
});

describe('cleaning', () => {
  it('removes files that a dead process left behind a day ago, and nothing else', async () => {
    const { key } = await save(streamOf(wav(100)));
    const incoming = join(dataDir, 'audio', '.incoming');
    const nowMs = Date.now();
    await writeFile(join(incoming, 'old'), 'x');
    await utimes(join(incoming, 'old'), new Date(nowMs), new Date(nowMs - 86_400_001));
    await writeFile(join(incoming, 'fresh'), 'x');
    await expect(storage.cleanTemporary({ nowMs, inUse: () => Promise.resolve(new Set()) })).resolves.toBe(1);
    expect(await readdir(incoming)).toEqual(['fresh']);
    await expect(storage.open(key).then(({ stream }) => buffer(stream))).resolves.toHaveLength(100);
  });

  it('has nothing to do before the first upload', async () => {
    await expect(
      storage.cleanTemporary({ nowMs: Date.now(), inUse: () => Promise.resolve(new Set()) }),
    ).resolves.toBe(0);
  });
});
