import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import { OPEN_SUBMISSION_STATUSES } from '../database/schema.js';

@Injectable()
export class CallbacksRepository {
  constructor(private readonly database: Database) {}

  /**
   * Leaves a callback on its open submission (rule K1): the counter that a check reads before it sleeps, and the transcript
   * id where we lack it, as a claim to be verified.
   *
   * @returns false when there is no such submission, or it has settled
   */
  async record(submissionId: string, transcriptId: string): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable('submissions')
      .set({
        callbacks: sql<number>`callbacks + 1`,
        callback_transcript_id: sql<string | null>`case when transcript_id is null then ${transcriptId} end`,
      })
      .where('id', '=', submissionId)
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .executeTakeFirst();
    return numUpdatedRows > 0n;
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
