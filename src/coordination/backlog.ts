import { Injectable, type OnModuleInit } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import { OPEN_SUBMISSION_STATUSES, UNSETTLED_CHUNK_STATUSES } from '../chunks/states.js';
import { Metrics } from '../observability/metrics.js';
import { Readiness } from '../observability/readiness.js';

/** Reports how much is owed, and for how long, in metrics and in the readiness report. */
@Injectable()
export class Backlog implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    this.metrics.collectOnScrape(async () => {
      const [oldest, counts] = await Promise.all([this.oldestSeconds(), this.openSubmissions()]);
      this.metrics.oldestUnsettledChunkSeconds.set(oldest.oldestUnsettledChunkSeconds);
      this.metrics.oldestUnfinalizedConversationSeconds.set(oldest.oldestUnfinalizedConversationSeconds);
      for (const strategy of ['webhook', 'polling', 'synchronous'] as const) {
        const row = counts.find((count) => count.strategy === strategy);
        this.metrics.openSubmissions.set({ strategy }, row?.count ?? 0);
      }
    });
    this.readiness.registerDetail('backlog', () => this.oldestSeconds());
  }

  /** Ages by the database's clock, in seconds; 0 where nothing is owed. */
  private async oldestSeconds() {
    const chunk = await this.database
      .selectFrom('chunks')
      .select(
        sql<number>`coalesce(extract(epoch from now() - min(queued_at)), 0)::double precision`.as('age'),
      )
      .where('status', 'in', [...UNSETTLED_CHUNK_STATUSES])
      .executeTakeFirstOrThrow();
    const conversation = await this.database
      .selectFrom('conversations')
      .select(
        sql<number>`coalesce(extract(epoch from now() - min(finished_at)), 0)::double precision`.as('age'),
      )
      .where('merge_needed', '=', true)
      .where('status', '=', 'finished')
      .executeTakeFirstOrThrow();
    return {
      oldestUnsettledChunkSeconds: chunk.age,
      oldestUnfinalizedConversationSeconds: conversation.age,
    };
  }

  private async openSubmissions() {
    return this.database
      .selectFrom('submissions')
      .select(({ fn }) => [
        sql<string>`coalesce(strategy, 'synchronous')`.as('strategy'),
        fn.countAll<number>().as('count'),
      ])
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .groupBy('strategy')
      .execute();
  }
}
