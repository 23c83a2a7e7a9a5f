import { Injectable, Logger } from '@nestjs/common';
import { audioSource } from '../../audio/audio-source.js';
import { AudioStorage } from '../../audio/audio-storage.js';
import { loadAudio } from '../../audio/load-inline-audio.js';
import { RecordingSlicer } from '../../audio/slices/recording-slicer.js';
import { bytesPerSecond } from '../../chunks/windows/window-length.js';
import { OutboundAgents } from '../../outbound/outbound-agents.js';
import type { WindowTask } from '../corrections.repository.js';

/**
 * When the store or the sender's server takes longer, the text is corrected without the recording.
 */
const LOAD_AUDIO_TIMEOUT_MS = 30_000;
/**
 * Sound before and after a window, so that no word is cut: the recognizer's times are some tenths
 * of a second off, and a decoder needs a moment to begin.
 */
const OVERLAP_SECONDS = 2;
/** Assumed of a recording at a caller's URL, which is loaded as a whole: a minute of MP3. */
const USUAL_BYTES = 1_000_000;

/** Sound of a window; it may begin and end up to `overlapSeconds` outside of the window. */
export interface WindowSound {
  bytes: Buffer;
  mimeType: string;
  overlapSeconds: number;
}

/** A window without sound is corrected from its text. `detail` is a clause for people. */
export type LoadedSound = WindowSound | { omitted: string; detail: string };

/**
 * Loads the sound of a window: its slice of the recording, or the whole recording where it is one
 * window.
 */
@Injectable()
export class WindowAudio {
  private readonly logger = new Logger('ChunkCorrector');

  constructor(
    private readonly storage: AudioStorage,
    private readonly agents: OutboundAgents,
    private readonly slicer: RecordingSlicer,
  ) {}

  /**
   * Estimates how many bytes `load` will return.
   *
   * @param maxBytes largest sound that a model accepts
   */
  estimatedBytes({ recording, window: { startMs, endMs } }: WindowTask, maxBytes: number): number {
    if (startMs === null || endMs === null) return Math.min(recording.bytes ?? USUAL_BYTES, maxBytes);
    const seconds = (endMs - startMs) / 1_000 + 2 * OVERLAP_SECONDS;
    return Math.min(seconds * bytesPerSecond(recording), maxBytes);
  }

  /**
   * @param options.maxBytes largest sound that a model accepts
   * @throws the caller's own abort reason when `signal` aborts
   */
  async load(task: WindowTask, options: { maxBytes: number; signal: AbortSignal }): Promise<LoadedSound> {
    const { ordinal, windows, startMs, endMs } = task.window;
    const sound =
      startMs === null || endMs === null
        ? await this.whole(task, options)
        : await this.slice(task, {
            ...options,
            startSeconds: Math.max(startMs / 1_000 - OVERLAP_SECONDS, 0),
            endSeconds: endMs / 1_000 + OVERLAP_SECONDS,
          });
    if ('omitted' in sound) {
      const name = windows === 1 ? '' : `window ${ordinal + 1} of `;
      this.logger.warn(`${name}chunk ${task.chunkId} is corrected without its recording: ${sound.detail}`);
    }
    return sound;
  }

  private async whole(
    task: WindowTask,
    options: { maxBytes: number; signal: AbortSignal },
  ): Promise<LoadedSound> {
    const audio = await loadAudio({
      storage: this.storage,
      agents: this.agents,
      source: audioSource(task),
      timeoutMs: LOAD_AUDIO_TIMEOUT_MS,
      ...options,
    });
    if (!('omitted' in audio)) return { ...audio, overlapSeconds: 0 };
    if (audio.omitted !== 'too_large') return audio;
    // The sound of a film may be small enough without the pictures.
    const sound = await this.slice(task, { ...options, startSeconds: 0, endSeconds: Infinity });
    return 'omitted' in sound ? audio : { ...sound, overlapSeconds: 0 };
  }

  private async slice(
    task: WindowTask,
    part: { startSeconds: number; endSeconds: number; maxBytes: number; signal: AbortSignal },
  ): Promise<LoadedSound> {
    const { signal, ...request } = part;
    const slice = await this.slicer.cut(audioSource(task), request, signal);
    if ('omitted' in slice) return slice;
    const { buffer, byteOffset, byteLength } = slice.bytes;
    return {
      bytes: Buffer.from(buffer, byteOffset, byteLength),
      mimeType: slice.mimeType,
      overlapSeconds: OVERLAP_SECONDS,
    };
  }
}
