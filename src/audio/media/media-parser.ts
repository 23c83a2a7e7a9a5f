import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { RandomAccessAudio } from '../access/random-access-audio.js';
import type { MediaKind, MediaTasks } from './media-messages.js';
import { MediaThread, ThreadLostError } from './media-thread.js';

/**
 * Parses recordings outside the main thread. All tasks share a thread; when one of them has stopped
 * it, each is tried again in a thread of its own, so that a broken file spoils no other.
 */
@Injectable()
export class MediaParser implements OnApplicationShutdown {
  private readonly shared = new MediaThread();
  private readonly own = new Set<MediaThread>();
  private isStopped = false;

  /**
   * @throws ThreadLostError when the recording stops a thread of its own, too
   * @throws the caller's own abort reason when `signal` aborts
   * @throws Error for a failure of the task itself
   */
  async run<K extends MediaKind>(
    kind: K,
    task: { input: MediaTasks[K]['input']; audio: RandomAccessAudio; signal: AbortSignal },
  ): Promise<MediaTasks[K]['result']> {
    try {
      return await this.shared.run(kind, task);
    } catch (error) {
      if (!(error instanceof ThreadLostError) || this.isStopped) throw error;
    }
    const thread = new MediaThread();
    this.own.add(thread);
    try {
      return await thread.run(kind, task);
    } finally {
      this.own.delete(thread);
      await thread.stop();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await Promise.all([this.shared, ...this.own].map((thread) => thread.stop()));
  }
}
