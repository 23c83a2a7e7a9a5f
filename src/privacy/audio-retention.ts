import { errorMessage } from '../errors/error-message.js';
import { Injectable, Logger } from '@nestjs/common';
import { AudioStorage } from '../audio/audio-storage.js';
import { AppConfig } from '../config/app-config.js';
import { AudioRetentionRepository, type ExpiredAudio } from './audio-retention.repository.js';

/** Sorts before every UUID, so that the first page starts at the beginning. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
const EXPIRE_BATCH = 500;
const DELETE_PAGE = 100;
/** Concurrent requests to a bucket. */
const CONCURRENT_DELETES = 8;

/** Removes recordings older than AUDIO_RETENTION_DAYS. A crash only repeats a step. */
@Injectable()
export class AudioRetention {
  private readonly logger = new Logger('Retention');

  constructor(
    private readonly config: AppConfig,
    private readonly recordings: AudioRetentionRepository,
    private readonly storage: AudioStorage,
  ) {}

  /** Runs until nothing is due or `signal` is aborted. The next run retries failed removals. */
  async run(signal: AbortSignal): Promise<void> {
    const { audioRetentionDays: days } = this.config.privacy;
    if (days !== undefined) {
      let expired = EXPIRE_BATCH;
      while (expired === EXPIRE_BATCH && !signal.aborted) {
        expired = await this.recordings.expire({ days, limit: EXPIRE_BATCH });
      }
    }
    await this.deleteExpired(signal);
  }

  private async deleteExpired(signal: AbortSignal): Promise<void> {
    let afterId = BEFORE_ALL;
    const isRunning = (): boolean => !signal.aborted;
    while (isRunning()) {
      const page = await this.recordings.expired({ afterId, limit: DELETE_PAGE });
      const deleted: string[] = [];
      for (let start = 0; start < page.length && isRunning(); start += CONCURRENT_DELETES) {
        const batch = page.slice(start, start + CONCURRENT_DELETES);
        const results = await Promise.all(batch.map((recording) => this.delete(recording)));
        deleted.push(
          ...batch.filter((_recording, index) => results[index] === true).map(({ chunkId }) => chunkId),
        );
      }
      await this.recordings.noteDeleted(deleted);
      if (deleted.length > 0) this.logger.log(`removed ${deleted.length} expired recordings`);
      const last = page.at(-1);
      // A store that removed none of a page is unavailable, and would fail for the others as well.
      if (last === undefined || page.length < DELETE_PAGE || deleted.length === 0) return;
      afterId = last.chunkId;
    }
  }

  private async delete({ chunkId, key }: ExpiredAudio): Promise<boolean> {
    try {
      await this.storage.delete(key);
      return true;
    } catch (error) {
      const reason = errorMessage(error);
      this.logger.warn(`the expired recording of chunk ${chunkId} could not be removed: ${reason}`);
      return false;
    }
  }
}
