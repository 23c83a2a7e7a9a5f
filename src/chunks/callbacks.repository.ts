import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { shareStatement } from '../database/share-statement.js';
import { recordCallbacks, type RecordedCallback } from './statements/record-callbacks.js';

/** Maximum per statement; the provider sends hundreds per second only after its own outage. */
const MAX_CALLBACKS = 500;

/** Records callbacks that arrive together by one statement, and answers each after its commit. */
@Injectable()
export class CallbacksRepository {
  private readonly recording = shareStatement({
    run: (callbacks: readonly RecordedCallback[]) => recordCallbacks(this.database, callbacks),
    maxItems: MAX_CALLBACKS,
  });

  constructor(private readonly database: Database) {}

  /**
   * Records a callback on its open submission (rule K1): increments the counter that a check reads
   * before it sleeps, and stores the transcript id, where it is unknown, as a claim to be verified.
   *
   * @returns false when the submission does not exist or has settled
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
