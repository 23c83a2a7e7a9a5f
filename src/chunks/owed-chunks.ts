import { Injectable, type OnModuleInit } from '@nestjs/common';
import { sql } from 'kysely';
import { OWED_PAGE, OwedWork, type OwedJob, type PendingSet } from '../coordination/owed-work.js';
import { Database } from '../database/database.js';
import { OPEN_SUBMISSION_STATUSES, OPEN_SUBMISSIONS, UNSETTLED_CHUNK_STATUSES } from './states.js';

/** Registers the jobs that chunks and submissions owe according to their states. */
@Injectable()
export class OwedChunks implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly owed: OwedWork,
  ) {}

  onModuleInit(): void {
    this.owed.register('submit', (after) => this.submits(after));
    this.owed.register('check', (after) => this.checks(after));
    this.owed.register('transcribe', (after) => this.requests(after));
    this.owed.register('correct', (after) => this.corrections(after));
    this.owed.registerPending((after) => this.pendingSets(after));
  }

  /** Queued chunks without an open submission owe a submit. */
  private async submits(afterId: string): Promise<OwedJob<'submit'>[]> {
    const rows = await this.database
      .selectFrom('chunks')
      .select(['id', 'attempt'])
      .where('status', '=', 'queued')
      .where(
        sql<boolean>`not exists (select from submissions where submissions.chunk_id = chunks.id
          and submissions.status in ${sql.raw(OPEN_SUBMISSIONS)})`,
      )
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(OWED_PAGE)
      .execute();
    return rows.map(({ id, attempt }) => ({ id, data: { chunkId: id, attempt } }));
  }

  /** Open submissions to AssemblyAI owe a check. */
  private async checks(afterId: string): Promise<OwedJob<'check'>[]> {
    const rows = await this.openSubmissions(afterId).where('provider', '=', 'assemblyai').execute();
    return rows.map(({ id, strategy }) => ({
      id,
      data: { submissionId: id },
      awaitsCallback: strategy === 'webhook',
    }));
  }

  /** Other open submissions owe their request, or the conclusion from an unanswered one. */
  private async requests(afterId: string): Promise<OwedJob<'transcribe'>[]> {
    const rows = await this.openSubmissions(afterId).where('provider', '<>', 'assemblyai').execute();
    return rows.map(({ id }) => ({ id, data: { submissionId: id } }));
  }

  /** Chunks that are correcting owe a correction for each pending window. */
  private async corrections(afterId: string): Promise<OwedJob<'correct'>[]> {
    const chunks = this.database
      .selectFrom('chunks')
      .select(['id', 'submission_id'])
      .where('status', '=', 'correcting')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(OWED_PAGE);
    const rows = await this.database
      .selectFrom(chunks.as('c'))
      .leftJoin('correction_windows as w', (join) =>
        join
          .onRef('w.chunk_id', '=', 'c.id')
          .onRef('w.submission_id', '=', 'c.submission_id')
          .on('w.status', '=', 'pending'),
      )
      .select(['c.id', 'c.submission_id as submissionId', 'w.ordinal', 'w.round'])
      .orderBy('c.id')
      .orderBy('w.ordinal')
      .execute();
    return rows.map(({ id, submissionId, ordinal, round }) => ({
      id,
      data: {
        chunkId: id,
        submissionId: submissionId ?? '',
        ...(ordinal !== null && round !== null && { window: ordinal, round }),
      },
    }));
  }

  private async pendingSets(afterId: string): Promise<PendingSet[]> {
    return this.database
      .selectFrom('chunks')
      .select(['conversation_id as conversationId', sql<string[]>`array_agg(id)`.as('chunkIds')])
      .where('status', 'in', [...UNSETTLED_CHUNK_STATUSES])
      .where('conversation_id', '>', afterId)
      .groupBy('conversation_id')
      .orderBy('conversation_id')
      .limit(OWED_PAGE)
      .execute();
  }

  private openSubmissions(afterId: string) {
    return this.database
      .selectFrom('submissions')
      .select(['id', 'strategy'])
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(OWED_PAGE);
  }
}
