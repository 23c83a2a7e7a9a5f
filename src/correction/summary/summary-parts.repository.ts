import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../../database/database.js';
import { storableText } from '../../database/storable.js';
import { SUMMARY_PROMPT_VERSION } from '../prompts/summary-prompt.js';
import type { StepId, StoredPart } from './next-step.js';
import type { SummaryResult } from './summarizer.js';

/** The transcript that a part belongs to. */
export interface SummarizedMerge {
  conversationId: string;
  mergeRevision: number;
}

/**
 * Summaries of parts of long conversations, until the summary of the whole is made. A trigger of
 * `conversations` removes them when it is made, and when the merged transcript is replaced or
 * removed.
 */
@Injectable()
export class SummaryPartsRepository {
  constructor(private readonly database: Database) {}

  async read({ conversationId, mergeRevision }: SummarizedMerge): Promise<StoredPart[]> {
    return this.database
      .selectFrom('summary_parts')
      .select(['level', 'ordinal', 'summary', 'error', 'tries', 'model'])
      .where('conversation_id', '=', conversationId)
      .where('merge_revision', '=', mergeRevision)
      .where('prompt_version', '=', SUMMARY_PROMPT_VERSION)
      .execute();
  }

  /** @returns false when the summary of this merge is no longer owed */
  async store(merge: SummarizedMerge, id: StepId, result: SummaryResult): Promise<boolean> {
    const { summary, model, usage } = result;
    return this.write(merge, id, { summary: storableText(summary), error: null, model, usage });
  }

  /** Records that the model refuses a part for good. @returns false as `store` does */
  async leaveOut(merge: SummarizedMerge, id: StepId, reason: string): Promise<boolean> {
    return this.write(merge, id, { summary: null, error: storableText(reason), model: null, usage: {} });
  }

  /**
   * Records a failed try.
   *
   * @returns false as `store` does, and when another process has stored the summary meanwhile
   */
  async noteFailure(merge: SummarizedMerge, id: StepId): Promise<boolean> {
    return this.write(merge, id, { summary: null, error: null, model: null, usage: {}, failedTries: 1 });
  }

  /**
   * Inserts or replaces a row while the summary of this merge is owed. The lock of the
   * conversation's row makes a concurrent merge or change of redaction either seen here, or wait
   * and remove the row.
   */
  private async write(
    { conversationId, mergeRevision }: SummarizedMerge,
    { level, ordinal }: StepId,
    values: Pick<SummaryResult, 'usage'> & {
      summary: string | null;
      error: string | null;
      model: string | null;
      failedTries?: number;
    },
  ): Promise<boolean> {
    const { summary, error, model, usage, failedTries = 0 } = values;
    const { numAffectedRows } = await sql`
      with owed as (
        select id from conversations
        where id = ${conversationId} and merge_revision = ${mergeRevision} and summary_status = 'pending'
        for share)
      insert into summary_parts as part (conversation_id, level, ordinal, merge_revision, prompt_version,
        summary, error, model, input_tokens, output_tokens, tries)
      select id, ${level}, ${ordinal}, ${mergeRevision}, ${SUMMARY_PROMPT_VERSION},
        ${summary}, ${error}, ${model}, ${usage.inputTokens ?? null}, ${usage.outputTokens ?? null}, ${failedTries}
      from owed
      on conflict (conversation_id, level, ordinal) do update set
        merge_revision = excluded.merge_revision, prompt_version = excluded.prompt_version,
        summary = excluded.summary, error = excluded.error, model = excluded.model,
        input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
        tries = excluded.tries + case when part.prompt_version = excluded.prompt_version then part.tries else 0 end
      where part.summary is null or excluded.summary is not null
        or part.prompt_version <> excluded.prompt_version`.execute(this.database);
    return numAffectedRows === 1n;
  }
}
