import { addAbortSignal } from 'node:stream';
import { AudioUnavailableError } from '../../audio/audio-error.js';
import type { AudioStorage } from '../../audio/audio-storage.js';
import { readWithin } from '../../audio/fetch-audio.js';
import type { AudioSource } from '../../audio/audio-source.js';
import { loadAudio } from '../../audio/load-inline-audio.js';
import { Deadline } from '../../deadlines/deadline.js';
import type { OutboundAgents } from '../../outbound/outbound-agents.js';
import { ProviderRejectedError, ProviderUnavailableError } from '../../providers/provider-error.js';

/** Timeout of reading a recording from our store or its sender's server; retried later. */
export const LOAD_AUDIO_TIMEOUT_MS = 60_000;

export interface RequestAudio {
  bytes: Buffer;
  mimeType: string;
}

export interface RequestAudioOptions {
  storage: AudioStorage;
  source: AudioSource;
  /** Agents that restrict which addresses a caller's URL may reach. */
  agents: OutboundAgents;
  /** Maximum size held in memory. */
  maxBytes: number;
  signal: AbortSignal;
}

/**
 * Loads a recording into memory, for a request that contains it.
 *
 * @throws ProviderRejectedError `audio_too_large`, `not_audio`, `private_address`
 * @throws ProviderUnavailableError `download` when the sender's server does not deliver the
 *   recording
 * @throws AudioMissingError, AudioUnavailableError of our own store
 */
export async function loadRequestAudio(options: RequestAudioOptions): Promise<RequestAudio> {
  const { source } = options;
  return source.kind === 'stored' ? loadStored(options, source) : loadFromUrl(options);
}

async function loadStored(
  { storage, maxBytes, signal }: RequestAudioOptions,
  source: Extract<AudioSource, { kind: 'stored' }>,
): Promise<RequestAudio> {
  const opened = await storage.open(source.key);
  const deadline = new Deadline({ timeoutMs: LOAD_AUDIO_TIMEOUT_MS, signal });
  try {
    const bytes = await readWithin(addAbortSignal(deadline.signal, opened.stream), maxBytes);
    if (bytes === undefined) throw tooLarge(maxBytes);
    return { bytes, mimeType: source.mimeType };
  } catch (error) {
    if (error instanceof ProviderRejectedError) throw error;
    throw new AudioUnavailableError(source.key, { cause: error });
  } finally {
    opened.stream.destroy();
    deadline.dispose();
  }
}

async function loadFromUrl(options: RequestAudioOptions): Promise<RequestAudio> {
  const audio = await loadAudio({ ...options, timeoutMs: LOAD_AUDIO_TIMEOUT_MS });
  if ('bytes' in audio) return audio;
  switch (audio.omitted) {
    case 'too_large':
      throw tooLarge(options.maxBytes);
    case 'not_audio':
      throw new ProviderRejectedError('The audio URL did not deliver audio; send a recording.', {
        provider: 'audio',
        code: 'not_audio',
      });
    case 'refused':
      throw new ProviderRejectedError(`The recording is not fetched: ${audio.detail}.`, {
        provider: 'audio',
        code: 'private_address',
      });
    case 'unavailable':
      throw new ProviderUnavailableError(`The recording cannot be fetched: ${audio.detail}.`, {
        provider: 'audio',
        code: 'download',
        // Counts as a lost request, so that a dead URL is not tried for half an hour.
        ambiguous: true,
      });
  }
}

function tooLarge(maxBytes: number): ProviderRejectedError {
  return new ProviderRejectedError(
    `The recording is larger than ${maxBytes} bytes, the most that is sent within a request; record in shorter chunks.`,
    { provider: 'audio', code: 'audio_too_large' },
  );
}
