import { setTimeout as sleep } from 'node:timers/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { ByteRange } from '../audio-storage.js';
import { Deadline } from '../../deadlines/deadline.js';
import { readWithin } from '../fetch-audio.js';
import type { RemoteAudio, RemoteRecording } from '../remote-audio.js';
import { type ClosedRecording, type OpenedRecording, versionOf } from './opened-recording.js';
import { audioInMemory } from './random-access-audio.js';
import { AudioReadError, PAUSES_MS } from './read-again.js';

/** Loaded with the first answer: containers are recognized by their beginning. */
const HEAD_BYTES = 65_536;

/**
 * Largest recording that is loaded whole from a server without ranges. It lies in memory for as
 * long as a slice is cut.
 */
const MAX_WHOLE_BYTES = 25_165_824;

/** Time for one read, of about a megabyte at most. */
const READ_TIMEOUT_MS = 30_000;

const CONTENT_RANGE = /^bytes (\d+)-(\d+)\/(\d+)$/;

const CUT_OFF = 'the server of the audio URL ended in the middle of the recording';
const CHANGED = 'the recording at the audio URL has changed while it was read';

type Opened = Extract<RemoteRecording, { kind: 'opened' }>;

/** Facts by which the server tells versions of a recording apart. */
interface Version {
  etag: string | undefined;
  modified: string | undefined;
}

/**
 * Opens a recording at a caller's URL, for reads by range. A server that knows no ranges sends the
 * whole recording, which is loaded if it is small.
 *
 * A recording that changes between two reads fails the second one: with `If-Range` where the server
 * has a strong ETag, and by comparing the size, the ETag and the time of change of each answer.
 *
 * @throws the caller's own abort reason when `signal` aborts
 */
export async function openRemote(
  remote: RemoteAudio,
  url: string,
  signal: AbortSignal,
): Promise<OpenedRecording | ClosedRecording> {
  let failure: ClosedRecording | undefined;
  for (const pauseMs of [0, ...PAUSES_MS]) {
    await sleep(pauseMs, undefined, { signal });
    try {
      return await openOnce(remote, url, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AudioReadError)) throw error;
      failure = { omitted: 'unavailable', detail: error.message };
    }
  }
  return failure ?? { omitted: 'unavailable', detail: 'the audio URL cannot be read' };
}

async function openOnce(
  remote: RemoteAudio,
  url: string,
  signal: AbortSignal,
): Promise<OpenedRecording | ClosedRecording> {
  const answer = await remote.open({ url, range: `bytes=0-${HEAD_BYTES - 1}`, signal });
  switch (answer.kind) {
    case 'unreachable':
      signal.throwIfAborted();
      return closed(answer);
    case 'unsatisfiable':
      return { omitted: 'not_audio', detail: 'the audio URL delivered something other than audio' };
    case 'opened':
      return answer.status === 200 ? openWhole(answer, signal) : openByRange(remote, { url, answer, signal });
  }
}

/** @throws AudioReadError when another attempt may help */
function closed({ detail, reason }: Extract<RemoteRecording, { kind: 'unreachable' }>): ClosedRecording {
  if (reason === 'refused') {
    return {
      omitted: 'refused',
      detail: 'the audio URL leads to a private address, and ALLOWED_PRIVATE_NETWORKS does not list it',
    };
  }
  const clause = `the audio URL cannot be read: ${detail}`;
  if (reason === 'passing') throw new AudioReadError(clause, 'passing');
  return { omitted: 'unavailable', detail: clause };
}

async function openWhole(
  { stream, headers }: Opened,
  signal: AbortSignal,
): Promise<OpenedRecording | ClosedRecording> {
  try {
    const isTooLarge = Number(headers['content-length']) > MAX_WHOLE_BYTES;
    const bytes = isTooLarge ? undefined : await receive(stream, MAX_WHOLE_BYTES, signal);
    if (bytes !== undefined) return { audio: audioInMemory(bytes), version: undefined };
    return {
      omitted: 'unavailable',
      detail:
        'the server of the audio URL sends the recording only as a whole, and it is too large for that: parts of it ' +
        'can be read from a server that answers range requests',
    };
  } finally {
    stream.destroy();
  }
}

async function openByRange(
  remote: RemoteAudio,
  { url, answer, signal }: { url: string; answer: Opened; signal: AbortSignal },
): Promise<OpenedRecording | ClosedRecording> {
  const [, start, end, total] = CONTENT_RANGE.exec(answer.headers['content-range'] ?? '') ?? [];
  const bytes = Number(total);
  if (total === undefined || start !== '0' || Number(end) !== Math.min(HEAD_BYTES, bytes) - 1) {
    answer.stream.destroy();
    return {
      omitted: 'unavailable',
      detail: 'the server of the audio URL sent another part of the recording than it was asked for',
    };
  }
  const version = versionIn(answer);
  const head = await receivePart(answer.stream, Number(end) + 1, signal);
  return {
    audio: {
      bytes,
      async read(range, reads) {
        if (range.end < head.byteLength) return head.subarray(range.start, range.end + 1);
        return readRange(remote, { url, range, bytes, version, signal: reads });
      },
    },
    version: versionOf('url', url, bytes, version.etag ?? '', version.modified ?? ''),
  };
}

async function readRange(
  remote: RemoteAudio,
  expected: { url: string; range: ByteRange; bytes: number; version: Version; signal: AbortSignal },
): Promise<Buffer> {
  const { url, range, bytes, version, signal } = expected;
  const isStrong = version.etag?.startsWith('"') === true;
  const answer = await remote.open({
    url,
    range: `bytes=${range.start}-${range.end}`,
    ifRange: isStrong ? version.etag : undefined,
    signal,
  });
  if (answer.kind === 'unreachable') {
    signal.throwIfAborted();
    throw new AudioReadError(closed(answer).detail, 'lasting');
  }
  if (answer.kind === 'unsatisfiable') throw new AudioReadError(CHANGED, 'lasting');
  const found = versionIn(answer);
  const isSame = found.etag === version.etag && found.modified === version.modified;
  const contentRange = `bytes ${range.start}-${range.end}/${bytes}`;
  if (answer.status !== 206 || answer.headers['content-range'] !== contentRange || !isSame) {
    answer.stream.destroy();
    throw new AudioReadError(CHANGED, 'lasting');
  }
  return receivePart(answer.stream, range.end - range.start + 1, signal);
}

function versionIn({ headers }: Opened): Version {
  return { etag: headers.etag, modified: headers['last-modified'] };
}

async function receivePart(stream: Readable, bytes: number, signal: AbortSignal): Promise<Buffer> {
  const data = await receive(stream, bytes, signal);
  if (data?.byteLength !== bytes) throw new AudioReadError(CUT_OFF, 'passing');
  return data;
}

/**
 * @returns undefined when the server sends more than `maxBytes`
 * @throws AudioReadError when the transfer fails
 */
async function receive(stream: Readable, maxBytes: number, caller: AbortSignal): Promise<Buffer | undefined> {
  const deadline = new Deadline({ timeoutMs: READ_TIMEOUT_MS, signal: caller });
  try {
    return await readWithin(addAbortSignal(deadline.signal, stream), maxBytes);
  } catch {
    caller.throwIfAborted();
    const tooSlow = `the server of the audio URL did not deliver within ${READ_TIMEOUT_MS} ms`;
    throw new AudioReadError(deadline.expired ? tooSlow : CUT_OFF, 'passing');
  } finally {
    deadline.dispose();
  }
}
