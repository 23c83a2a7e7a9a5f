import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';

interface Waiting {
  bytes: number;
  grant: () => void;
}

/**
 * Limits how many bytes of sound the corrections of this process hold at once
 * (CORRECTION_AUDIO_BYTES). A request holds a recording about five times while it is sent: its
 * bytes, and them in base64 in several forms. Without a limit, eight windows of WAV would fill a
 * small machine.
 *
 * First come, first served, so that a long recording does not wait behind short ones forever.
 */
@Injectable()
export class SoundBudget {
  private readonly waiting: Waiting[] = [];
  private readonly total: number;
  private held = 0;

  constructor({ correction }: AppConfig) {
    this.total = correction.audioBytes;
  }

  /**
   * Runs a task when there is room for its sound. A sound that is larger than the whole limit runs
   * alone.
   *
   * @param bytes size of the sound, or an estimate
   * @throws the caller's own abort reason when `signal` aborts before the task has begun
   */
  async run<T>(bytes: number, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.total);
    await this.acquire(share, signal);
    try {
      return await task();
    } finally {
      this.held -= share;
      this.admit();
    }
  }

  private async acquire(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        reject(signal.reason as Error);
        // Smaller ones may have waited behind this one.
        this.admit();
      };
      const waiting: Waiting = {
        bytes,
        grant: () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.waiting.push(waiting);
      this.admit();
    });
  }

  private admit(): void {
    for (;;) {
      const [first] = this.waiting;
      if (first === undefined || this.held + first.bytes > this.total) return;
      this.waiting.shift();
      this.held += first.bytes;
      first.grant();
    }
  }
}
