import { addAbortSignal, type Readable } from 'node:stream';
import { AudioMissingError, AudioUnavailableError } from './audio-error.js';
import type { AudioStorage, OpenedAudio } from './audio-storage.js';
import { Deadline } from '../deadlines/deadline.js';
import type { OutboundAgents } from '../outbound/outbound-agents.js';
import type { AudioSource } from './audio-source.js';
import { fetchAudio, readWithin } from './fetch-audio.js';
import { detectMediaType } from './media-type.js';

export type InlineAudio =
  | { bytes: Buffer; mimeType: string }
  /**
   * The correction continues with the text alone; `detail` is for its note, and contains no URL.
   * `refused`: the address is not allowed, so a retry cannot help.
   */
  | { omitted: 'too_large' | 'unavailable' | 'refused' | 'not_audio'; detail: string };

export interface LoadAudioOptions {
  storage: AudioStorage;
  source: AudioSource;
  /** Agents for a recording at a caller's URL; they decide which addresses are allowed. */
  agents: OutboundAgents;
  /** Checked while reading, so that more is never held in memory. */
  maxBytes: number;
  /** For reading the whole recording. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Loads a recording into memory, to be sent with a prompt. Idempotent.
 *
 * @returns the audio, or why it is omitted; failures of the store or of the other server are never
 * thrown
 * @throws the caller's own abort reason when `signal` aborts, InvalidAudioKeyError for a malformed
 * key
 */
export async function loadAudio(options: LoadAudioOptions): Promise<InlineAudio> {
  options.signal?.throwIfAborted();
  return options.source.kind === 'stored'
    ? loadStored(options, options.source)
    : loadFromUrl(options, options.source.url);
}

async function loadStored(
  options: LoadAudioOptions,
  source: { key: string; mimeType: string },
): Promise<InlineAudio> {
  let opened: OpenedAudio;
  try {
    opened = await options.storage.open(source.key);
  } catch (error) {
    if (error instanceof AudioMissingError || error instanceof AudioUnavailableError) {
      return { omitted: 'unavailable', detail: error.message };
    }
    throw error;
  }
  if (opened.bytes > options.maxBytes) {
    opened.stream.destroy();
    return tooLarge(options.maxBytes);
  }
  return readStored(opened.stream, { ...options, mimeType: source.mimeType });
}

async function readStored(
  stream: Readable,
  options: LoadAudioOptions & { mimeType: string },
): Promise<InlineAudio> {
  const deadline = new Deadline(options);
  try {
    const bytes = await readWithin(addAbortSignal(deadline.signal, stream), options.maxBytes);
    return bytes === undefined ? tooLarge(options.maxBytes) : { bytes, mimeType: options.mimeType };
  } catch {
    // Only the stream can fail here. An abort by the caller takes precedence, as it is not the
    // store's fault.
    options.signal?.throwIfAborted();
    return { omitted: 'unavailable', detail: 'reading from the audio store failed or timed out' };
  } finally {
    deadline.dispose();
  }
}

async function loadFromUrl(options: LoadAudioOptions, url: string): Promise<InlineAudio> {
  const { maxBytes, timeoutMs, agents, signal } = options;
  const fetched = await fetchAudio({ url, maxBytes, timeoutMs, agents, signal });
  if ('failed' in fetched) return { omitted: fetched.failed, detail: fetched.detail };
  const mimeType = await mimeTypeOf(fetched.bytes, fetched.contentType);
  if (mimeType === undefined)
    return { omitted: 'not_audio', detail: 'the audio URL delivered something other than audio' };
  return { bytes: fetched.bytes, mimeType };
}

/**
 * Detects the type by content. The label counts only for unknown content, such as audio without a
 * header.
 */
async function mimeTypeOf(bytes: Buffer, contentType: string): Promise<string | undefined> {
  if (bytes.byteLength === 0) return undefined;
  const found = await detectMediaType(bytes);
  if (typeof found !== 'string') return found.mimeType;
  if (found !== 'unknown') return undefined;
  const [label = ''] = contentType.toLowerCase().split(';');
  return /^(?:audio|video)\/[a-z0-9.+-]+$/.test(label.trim()) ? label.trim() : undefined;
}

function tooLarge(maxBytes: number): InlineAudio {
  return { omitted: 'too_large', detail: `the audio is larger than ${maxBytes} bytes` };
}
