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
   * The correction goes on with the text alone; `detail` is for its note, and carries no URL. `refused`: we may not ask for it;
   * trying again cannot help.
   */
  | { omitted: 'too_large' | 'unavailable' | 'refused' | 'not_audio'; detail: string };

export interface LoadAudioOptions {
  storage: AudioStorage;
  source: AudioSource;
  /** For a recording that lies elsewhere: where a caller's URL may lead. */
  agents: OutboundAgents;
  /** Checked while reading: more is never held in memory. */
  maxBytes: number;
  /** For reading the whole recording. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Brings a recording into memory, to be sent along with a prompt. Running it twice is harmless.
 *
 * @returns the audio, or why it must be done without; a fault of the store or of the other server is never thrown
 * @throws the caller's own abort reason when `signal` aborts, InvalidAudioKeyError for a key that is none of ours
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
    // Nothing but the stream can fail here. The caller's wish to stop goes first: it is not the store's fault.
    options.signal?.throwIfAborted();
    return { omitted: 'unavailable', detail: 'the audio store broke off, or fell silent, while it was read' };
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
    return { omitted: 'not_audio', detail: 'the audio URL delivered something else than audio' };
  return { bytes: fetched.bytes, mimeType };
}

/** Content first. The label counts only where the content says nothing: sound without any header, for example. */
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
