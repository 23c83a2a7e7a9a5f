import { Injectable } from '@nestjs/common';
import { sql, type Kysely } from 'kysely';
import { Database } from '../database/database.js';
import type { Schema } from '../database/schema.js';
import { UNSETTLED_CHUNK_STATUSES } from '../chunks/states.js';
import { storableText } from '../database/storable.js';
import { EventOutbox } from '../events/event-outbox.js';
import { DEFAULT_LANGUAGE } from '../config/languages.js';
import { mergedConversationData } from './event-data.js';
import { finalTranscript, mergeTranscripts } from './transcript/merge-transcripts.js';

/** The first stage's error code for a recording without speech. */
const NO_SPEECH = 'no_speech';

export type MergeResult = 'merged' | 'merged_without_text' | 'not_due';

export interface SummaryTask {
  transcript: string;
  language: string;
  mergeRevision: number;
}

@Injectable()
export class FinalizationRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: EventOutbox,
  ) {}

  /**
   * finished -> finalized with the merged transcript, in one transaction; or a new merge of a
   * finalized conversation in which a chunk was transcribed again. Not due when the conversation is
   * open or merged already, or when a chunk is unsettled. The conversation's row is locked as in
   * adding a chunk, so that no chunk appears between the check and the merge.
   */
  async merge(conversationId: string): Promise<MergeResult> {
    return this.outbox.transaction(async (trx) => {
      const conversation = await trx
        .selectFrom('conversations')
        .select(['status', 'merge_needed'])
        .where('id', '=', conversationId)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (conversation?.merge_needed !== true || conversation.status === 'open') return 'not_due';
      const unsettled = await trx
        .selectFrom('chunks')
        .select('id')
        .where('conversation_id', '=', conversationId)
        .where('status', 'in', [...UNSETTLED_CHUNK_STATUSES])
        .limit(1)
        .executeTakeFirst();
      if (unsettled !== undefined) return 'not_due';
      const { transcript, failed, total } = await mergedTextOf(trx, conversationId);
      const merged = trx
        .updateTable('conversations')
        .set({
          status: 'finalized',
          transcript: finalTranscript(transcript, failed),
          merge_needed: false,
          merge_revision: sql<number>`merge_revision + 1`,
          summary: null,
          summary_error: transcript === '' && failed > 0 ? nothingTranscribed(failed, total) : null,
          summary_status: transcript === '' ? 'none' : 'pending',
          summary_outdated: false,
          finalized_at: sql<Date>`coalesce(finalized_at, now())`,
        })
        .where('id', '=', conversationId)
        .returning(['project_id', 'id as conversation_id', mergedConversationData()]);
      await this.outbox.change(trx, 'conversation.transcribed', merged);
      return transcript === '' ? 'merged_without_text' : 'merged';
    });
  }

  /** @returns the transcript to summarize, or undefined when no summary is owed */
  async summaryTask(conversationId: string): Promise<SummaryTask | undefined> {
    const row = await this.database
      .selectFrom('conversations as c')
      .leftJoin('projects as p', 'p.id', 'c.project_id')
      .select([
        'c.transcript',
        'c.merge_revision as mergeRevision',
        sql<string>`coalesce(c.language, p.language, ${DEFAULT_LANGUAGE})`.as('language'),
      ])
      .where('c.id', '=', conversationId)
      .where('c.summary_status', '=', 'pending')
      .executeTakeFirst();
    return row === undefined ? undefined : { ...row, transcript: row.transcript ?? '' };
  }

  /**
   * pending -> completed, unless the summary was made of an older merge.
   *
   * @param made.leftOut says which parts of the transcript it leaves out; null: none
   */
  async storeSummary(
    conversationId: string,
    mergeRevision: number,
    made: { summary: string; model: string; promptVersion: string; leftOut: string | null },
  ): Promise<boolean> {
    const stored = this.endingSummary(conversationId, mergeRevision, {
      summary_status: 'completed',
      summary: storableText(made.summary),
      summary_error: made.leftOut === null ? null : storableText(made.leftOut),
      summary_outdated: false,
      summary_model: made.model,
      summary_prompt_version: made.promptVersion,
    });
    return this.outbox.change(
      this.database,
      'conversation.summarized',
      stored.returning(['project_id', 'id as conversation_id', mergedConversationData()]),
    );
  }

  /** pending -> failed; the transcript stays without a summary. */
  async failSummary(conversationId: string, mergeRevision: number, reason: string): Promise<boolean> {
    const { numUpdatedRows } = await this.endingSummary(conversationId, mergeRevision, {
      summary_status: 'failed',
      summary_error: storableText(reason),
    }).executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  private endingSummary(
    conversationId: string,
    mergeRevision: number,
    values: {
      summary_status: 'completed' | 'failed';
      summary?: string;
      summary_outdated?: false;
      summary_error?: string | null;
      summary_model?: string;
      summary_prompt_version?: string;
    },
  ) {
    return this.database
      .updateTable('conversations')
      .set(values)
      .where('id', '=', conversationId)
      .where('summary_status', '=', 'pending')
      .where('merge_revision', '=', mergeRevision);
  }
}

/** Merges the texts of completed chunks, and counts the chunks that failed. */
export async function mergedTextOf(
  trx: Kysely<Schema>,
  conversationId: string,
): Promise<{ transcript: string; failed: number; total: number }> {
  const chunks = await trx
    .selectFrom('chunks')
    .select(['transcript', 'status', 'error_code'])
    .where('conversation_id', '=', conversationId)
    .orderBy('position')
    .orderBy('id')
    .execute();
  const completed = chunks.filter(({ status }) => status === 'completed');
  return {
    transcript: mergeTranscripts(completed.map((chunk) => chunk.transcript)),
    failed: chunks.filter(isFailure).length,
    total: chunks.length,
  };
}

/** Whether a chunk failed other than for lack of speech, which is a result: nothing was said. */
function isFailure({ status, error_code: code }: { status: string; error_code: string | null }): boolean {
  return status === 'failed' && code !== NO_SPEECH;
}

function nothingTranscribed(failed: number, total: number): string {
  return `nothing could be transcribed: ${failed} of ${total} chunks failed`;
}
