import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { shareStatement } from '../database/share-statement.js';
import { recordCallbacks, type RecordedCallback } from './statements/record-callbacks.js';

/** Callbacks that one statement records; the provider sends hundreds a second only after a fault of its own. */
const MAX_CALLBACKS = 500;

/**
 * Callbacks that arrive together are recorded together; each is answered only when its own is committed.
 */
@Injectable()
export class CallbacksRepository {
  private readonly recording = shareStatement({
    run: (callbacks: readonly RecordedCallback[]) => recordCallbacks(this.database, callbacks),
    maxItems: MAX_CALLBACKS,
  });

  constructor(private readonly database: Database) {}

  /**
   * Leaves a callback on its open submission (rule K1): the counter that a check reads before it sleeps, and the transcript
   * id where we lack it, as a claim to be verified.
   *
   * @returns false when there is no such submission, or it has settled
   */
  async record(submissionId: string, transcriptId: string): Promise<boolean> {
    return this.recording({ submissionId, transcriptId });
  }

  async findByTranscript(transcriptId: string): Promise<string | undefined> {
    const row = await this.database
      .selectFrom('submissions')
      .select('id')
      .where('transcript_id', '=', transcriptId)
      .executeTakeFirst();
    return row?.id;
  }
}
