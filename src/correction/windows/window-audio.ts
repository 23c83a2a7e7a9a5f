import { Injectable, Logger } from '@nestjs/common';
import { audioSource } from '../../audio/audio-source.js';
import { AudioStorage } from '../../audio/audio-storage.js';
import { loadAudio } from '../../audio/load-inline-audio.js';
import { OutboundAgents } from '../../outbound/outbound-agents.js';
import type { WindowTask } from '../corrections.repository.js';

/**
 * When the store or the sender's server takes longer, the text is corrected without the recording.
 */
const LOAD_AUDIO_TIMEOUT_MS = 30_000;

/** Sound of a window; it may begin and end up to `overlapSeconds` outside of the window. */
export interface WindowSound {
  bytes: Buffer;
  mimeType: string;
  overlapSeconds: number;
}

/** A window without sound is corrected from its text. `detail` is a clause for people. */
export type LoadedSound = WindowSound | { omitted: string; detail: string };

/**
 * Loads the sound of a window: the whole recording where it is one window.
 *
 * The only place that knows how a slice of a recording is made.
 */
@Injectable()
export class WindowAudio {
  private readonly logger = new Logger('ChunkCorrector');

  constructor(
    private readonly storage: AudioStorage,
    private readonly agents: OutboundAgents,
  ) {}

  /**
   * @param options.maxBytes largest sound that a model accepts
   * @throws the caller's own abort reason when `signal` aborts
   */
  async load(task: WindowTask, options: { maxBytes: number; signal: AbortSignal }): Promise<LoadedSound> {
    const sound = task.window.startMs === null ? await this.whole(task, options) : NOT_CUT;
    if ('omitted' in sound) {
      this.logger.warn(`chunk ${task.chunkId} is corrected without its recording: ${sound.detail}`);
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
    return 'omitted' in audio ? audio : { ...audio, overlapSeconds: 0 };
  }
}

/** Recordings are not cut into slices yet. */
const NOT_CUT: LoadedSound = {
  omitted: 'uncut',
  detail: 'it is too long to be listened to in one piece',
};
