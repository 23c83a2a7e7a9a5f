import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { Slots } from '../../event-loop/slots.js';

/**
 * Limits how many bytes of sound the corrections of this process hold at once
 * (CORRECTION_AUDIO_BYTES). A request holds a recording about five times while it is sent: its
 * bytes, and them in base64 in several forms. Without a limit, eight windows of WAV would fill a
 * small machine.
 */
@Injectable()
export class SoundBudget {
  private readonly slots: Slots;

  constructor({ correction }: AppConfig) {
    this.slots = new Slots(correction.audioBytes);
  }

  /**
   * Runs a task when there is room for its sound.
   *
   * @param bytes size of the sound, or an estimate
   * @throws the caller's own abort reason when `signal` aborts before the task has begun
   */
  async run<T>(bytes: number, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    return this.slots.run(task, { signal, weight: bytes });
  }
}
