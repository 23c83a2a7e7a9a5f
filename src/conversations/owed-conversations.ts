import { Injectable, type OnModuleInit } from '@nestjs/common';
import { sql } from 'kysely';
import { UNSETTLED_CHUNKS } from '../chunks/states.js';
import { OWED_PAGE, OwedWork, type OwedJob } from '../coordination/owed-work.js';
import { Database } from '../database/database.js';

/** Registers the jobs that conversations owe: merges and summaries. */
@Injectable()
export class OwedConversations implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly owed: OwedWork,
  ) {}

  onModuleInit(): void {
    this.owed.register('finalize', (after) => this.finalizations(after));
    this.owed.register('summarize', (after) => this.summaries(after));
  }

  /** Finished conversations without a merge, whose chunks have all settled, owe a finalization. */
  private async finalizations(afterId: string): Promise<OwedJob<'finalize'>[]> {
    const rows = await this.page(afterId)
      .where('merge_needed', '=', true)
      .where('status', '<>', 'open')
      .where(
        sql<boolean>`not exists (select from chunks where chunks.conversation_id = conversations.id
          and chunks.status in ${sql.raw(UNSETTLED_CHUNKS)})`,
      )
      .execute();
    return rows.map(({ id }) => ({ id, data: { conversationId: id } }));
  }

  private async summaries(afterId: string): Promise<OwedJob<'summarize'>[]> {
    const rows = await this.page(afterId).where('summary_status', '=', 'pending').execute();
    return rows.map(({ id }) => ({ id, data: { conversationId: id } }));
  }

  private page(afterId: string) {
    return this.database
      .selectFrom('conversations')
      .select('id')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(OWED_PAGE);
  }
}
