import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { UNSETTLED_CHUNKS } from '../chunks/states.js';
import { Database } from '../database/database.js';
import { JobQueues } from '../queues/job-queues.js';
import { Coordination } from './coordination.js';

/** Starts what follows when a chunk has settled. */
@Injectable()
export class Settlement {
  constructor(
    private readonly database: Database,
    private readonly coordination: Coordination,
    private readonly queues: JobQueues,
  ) {}

  /**
   * Removes the chunk from the pending ones, and queues the conversation's finalization after the
   * last one. Call it once the chunk's final state is in the record, any number of times.
   */
  async settled(conversationId: string, chunkId: string): Promise<void> {
    const remaining = await this.coordination.settle(conversationId, chunkId);
    if (remaining === 0) await this.finalizeWhenDue(conversationId);
  }

  /** Queues the finalization of a finished conversation when the record has no unsettled chunk. */
  async finalizeWhenDue(conversationId: string): Promise<void> {
    const due = await this.database
      .selectFrom('conversations')
      .select('id')
      .where('id', '=', conversationId)
      .where('status', '<>', 'open')
      .where('merge_needed', '=', true)
      .where(
        sql<boolean>`not exists (select from chunks where chunks.conversation_id = conversations.id
          and chunks.status in ${sql.raw(UNSETTLED_CHUNKS)})`,
      )
      .executeTakeFirst();
    if (due !== undefined) await this.queues.add('finalize', { conversationId });
  }
}
