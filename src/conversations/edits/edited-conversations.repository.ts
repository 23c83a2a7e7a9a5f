import { Injectable } from '@nestjs/common';
import { sql, type Kysely } from 'kysely';
import { NOTHING_TO_TRANSCRIBE } from '../../chunks/empty-text.js';
import { Database } from '../../database/database.js';
import type { Schema } from '../../database/schema.js';
import { EventOutbox } from '../../events/event-outbox.js';
import { mergedConversationData } from '../event-data.js';
import { mergedTextOf } from '../finalization.repository.js';
import { finalTranscript, NOTHING_COULD_BE_TRANSCRIBED } from '../transcript/merge-transcripts.js';

export type SummaryRequest = 'requested' | 'not_finalized' | 'no_text' | 'no_conversation';

/** Merged transcripts and summaries of conversations in which a text was edited. */
@Injectable()
export class EditedConversationsRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: EventOutbox,
  ) {}

  /**
   * Merges a finalized conversation again, in the transaction of the edit. Its summary stays, since
   * a new one for each edit would be costly, and is marked as outdated. A summary that is owed is
   * made of the new text: the one under way has an older revision, and is not stored.
   *
   * Does nothing before the finalization, and while a merge is owed: both will merge the edit. The
   * row is locked in any case, so that a finalization under way either sees the edit or is seen.
   */
  async mergeEdit(trx: Kysely<Schema>, conversationId: string): Promise<void> {
    const conversation = await trx
      .selectFrom('conversations')
      .select(['status', 'merge_needed'])
      .where('id', '=', conversationId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (conversation?.status !== 'finalized' || conversation.merge_needed) return;
    const { transcript, failed } = await mergedTextOf(trx, conversationId);
    const merged = trx
      .updateTable('conversations')
      .set({
        transcript: finalTranscript(transcript, failed),
        merge_revision: sql<number>`merge_revision + 1`,
        summary_outdated: true,
        ...(transcript === '' && {
          summary_status: sql<'none'>`case when summary_status = 'pending' then 'none' else summary_status end`,
        }),
      })
      .where('id', '=', conversationId)
      .returning(['project_id', 'id as conversation_id', mergedConversationData()]);
    await this.outbox.change(trx, 'conversation.transcribed', merged);
  }

  /** Records that a finalized conversation owes a summary of its present transcript. */
  async requestSummary(conversationId: string): Promise<SummaryRequest> {
    const requested = await this.database
      .updateTable('conversations')
      .set({
        summary_status: 'pending',
        // The previous summary stays meanwhile, with what it leaves out.
        summary_error: sql<
          string | null
        >`case when summary_status in ('completed', 'pending') then summary_error end`,
      })
      .where('id', '=', conversationId)
      .where('status', '=', 'finalized')
      .where('transcript', 'not in', [NOTHING_TO_TRANSCRIBE, NOTHING_COULD_BE_TRANSCRIBED])
      .returning('id')
      .executeTakeFirst();
    if (requested !== undefined) return 'requested';
    const conversation = await this.database
      .selectFrom('conversations')
      .select('status')
      .where('id', '=', conversationId)
      .executeTakeFirst();
    if (conversation === undefined) return 'no_conversation';
    return conversation.status === 'finalized' ? 'no_text' : 'not_finalized';
  }
}
