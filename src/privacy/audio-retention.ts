import { Injectable, Logger } from '@nestjs/common';
import { AudioStorage } from '../audio/audio-storage.js';
import { AppConfig } from '../config/app-config.js';
import { AudioRetentionRepository, type ExpiredAudio } from './audio-retention.repository.js';

/** Before every UUID, so that the first page starts at the beginning. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
const EXPIRE_BATCH = 500;
const DELETE_PAGE = 100;
/** Requests at once to a bucket. */
const DELETES_AT_ONCE = 8;

/** Removes recordings that are older than AUDIO_RETENTION_DAYS. A crash between any two steps costs a repetition. */
@Injectable()
export class AudioRetention {
  private readonly logger = new Logger('Retention');

  constructor(
    private readonly config: AppConfig,
    private readonly recordings: AudioRetentionRepository,
    private readonly storage: AudioStorage,
  ) {}

  /** Goes on until nothing is due, or `signal` is aborted. What the store does not remove is tried again in the next run. */
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
    const goesOn = (): boolean => !signal.aborted;
    while (goesOn()) {
      const page = await this.recordings.expired({ afterId, limit: DELETE_PAGE });
      const deleted: string[] = [];
      for (let at = 0; at < page.length && goesOn(); at += DELETES_AT_ONCE) {
        const batch = page.slice(at, at + DELETES_AT_ONCE);
        const results = await Promise.all(batch.map((recording) => this.delete(recording)));
        deleted.push(
          ...batch.filter((_recording, index) => results[index] === true).map(({ chunkId }) => chunkId),
        );
      }
      await this.recordings.noteDeleted(deleted);
      if (deleted.length > 0)
        this.logger.log(`removed ${deleted.length} recordings that were kept long enough`);
      const last = page.at(-1);
      // A store that removed none of a page is away; the others would fail as well.
      if (last === undefined || page.length < DELETE_PAGE || deleted.length === 0) return;
      afterId = last.chunkId;
    }
  }

  private async delete({ chunkId, key }: ExpiredAudio): Promise<boolean> {
    try {
      await this.storage.delete(key);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn(`the recording of chunk ${chunkId} should go, and is still there: ${reason}`);
      return false;
    }
  }
}
