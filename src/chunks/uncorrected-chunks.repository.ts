import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import { storableText } from '../database/storable.js';
import type { SubmissionRef } from './statements/open-submissions.js';

/** Longest noted error, in characters; that of a failed chunk has the same limit. */
const MAX_ERROR_LENGTH = 2_000;

/** Notes which texts could not be corrected. */
@Injectable()
export class UncorrectedChunksRepository {
  constructor(private readonly database: Database) {}

  /**
   * Notes that the correction failed, before the first stage's text becomes final. A note holds
   * only for a chunk that is completed by this submission without a model: a crash in between
   * leaves one that holds for nothing.
   */
  async note(
    { chunkId, submissionId, conversationId }: SubmissionRef & { conversationId: string },
    { code, error }: { code: string; error: string },
  ): Promise<void> {
    const note = {
      submission_id: submissionId,
      code,
      error: storableText(error).slice(0, MAX_ERROR_LENGTH),
      noted_at: sql<Date>`now()`,
    };
    await this.database
      .insertInto('uncorrected_chunks')
      .columns(['chunk_id', 'conversation_id', 'submission_id', 'code', 'error', 'noted_at'])
      // A chunk that was deleted meanwhile needs no note. The lock is the one that the foreign key
      // takes: it waits for a deletion that is under way.
      .expression((eb) =>
        eb
          .selectFrom('chunks')
          .select([
            'id',
            sql<string>`${conversationId}::uuid`.as('conversation_id'),
            sql<string>`${submissionId}::uuid`.as('submission_id'),
            sql<string>`${note.code}::text`.as('code'),
            sql<string>`${note.error}::text`.as('error'),
            note.noted_at.as('noted_at'),
          ])
          .where('id', '=', chunkId)
          .forKeyShare(),
      )
      .onConflict((conflict) => conflict.column('chunk_id').doUpdateSet(note))
      .execute();
  }
}
