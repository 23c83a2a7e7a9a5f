import { Injectable } from '@nestjs/common';
import { sql, type Transaction } from 'kysely';
import pg from 'pg';
import { Database } from '../database/database.js';
import type { ConversationDeletionStatus, Schema } from '../database/schema.js';

/** State of a deletion; nothing else is left of a deleted conversation. */
export interface ConversationDeletion {
  conversationId: string;
  status: ConversationDeletionStatus;
  requestedAt: Date;
  /** When its recordings were removed. */
  audioDeletedAt: Date | null;
  deletedAt: Date | null;
  attempts: number;
  /** Why the last try failed. */
  error: string | null;
  providerCopies: { pending: number; deleted: number };
}

/**
 * Error codes of lost races: others lock chunks before their conversation, or add a submission in
 * the meantime. The deletion then starts over.
 */
const LOST_RACES: ReadonlySet<string | undefined> = new Set(['40P01', '23503']);
const MAX_RACES = 5;

/**
 * Deletions of conversations.
 *
 * - deleting: its rows are gone; recordings or copies at the provider may still exist
 * - deleted: everything is gone. A day later it is swept once more, for the remains of an upload
 *   that was in progress
 */
@Injectable()
export class ConversationDeletionsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Removes the conversation and all its rows from the database in one transaction, which also
   * records what must be removed elsewhere. From then on jobs and callbacks find no row, so nothing
   * late is ever stored. Repeating it is harmless.
   */
  async request(conversationId: string): Promise<void> {
    for (let race = 1; ; race += 1) {
      try {
        await this.database.transaction().execute((trx) => removeRecords(trx, conversationId));
        return;
      } catch (error) {
        const isLostRace = error instanceof pg.DatabaseError && LOST_RACES.has(error.code);
        if (!isLostRace || race === MAX_RACES) throw error;
      }
    }
  }

  async view(conversationId: string): Promise<ConversationDeletion | undefined> {
    const row = await this.database
      .selectFrom('conversation_deletions')
      .select([
        'conversation_id as conversationId',
        'status',
        'requested_at as requestedAt',
        'audio_deleted_at as audioDeletedAt',
        'deleted_at as deletedAt',
        'attempts',
        'error',
      ])
      .where('conversation_id', '=', conversationId)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const providerCopies = await this.database
      .selectFrom('provider_deletions')
      .select(({ fn }) => [
        fn.countAll<number>().filterWhere('status', '=', 'pending').as('pending'),
        fn.countAll<number>().filterWhere('status', '=', 'deleted').as('deleted'),
      ])
      .where('conversation_id', '=', conversationId)
      .executeTakeFirstOrThrow();
    return { ...row, providerCopies };
  }

  /**
   * @param sweepAfterMs how long after its end a deletion is swept once more
   * @returns conversations whose recordings must be removed now
   */
  async due(options: {
    limit: number;
    sweepAfterMs: number;
  }): Promise<{ conversationId: string; attempts: number }[]> {
    return this.database
      .selectFrom('conversation_deletions')
      .select(['conversation_id as conversationId', 'attempts'])
      .where('swept_at', 'is', null)
      .where('next_attempt_at', '<=', sql<Date>`now()`)
      .where((eb) =>
        eb.or([
          eb('audio_deleted_at', 'is', null),
          eb('deleted_at', '<=', sql<Date>`now() - ${options.sweepAfterMs} * interval '1 millisecond'`),
        ]),
      )
      .orderBy('next_attempt_at')
      .limit(options.limit)
      .execute();
  }

  /**
   * Records that the recordings are gone, and removes events logged in the meantime. For a finished
   * deletion this was its last sweep.
   */
  async noteAudioDeleted(conversationId: string): Promise<void> {
    await this.database.transaction().execute(async (trx) => {
      await trx.deleteFrom('processing_events').where('conversation_id', '=', conversationId).execute();
      await trx
        .updateTable('conversation_deletions')
        .set({
          audio_deleted_at: sql<Date>`coalesce(audio_deleted_at, now())`,
          swept_at: sql<Date | null>`case when status = 'deleted' then now() end`,
          error: null,
        })
        .where('conversation_id', '=', conversationId)
        .execute();
    });
  }

  async postpone(
    conversationId: string,
    { pauseMs, reason }: { pauseMs: number; reason: string },
  ): Promise<void> {
    await this.database
      .updateTable('conversation_deletions')
      .set({
        attempts: sql<number>`attempts + 1`,
        next_attempt_at: sql<Date>`now() + ${pauseMs} * interval '1 millisecond'`,
        error: reason,
      })
      .where('conversation_id', '=', conversationId)
      .execute();
  }

  /** Changes deleting to deleted where recordings and provider copies are gone. @returns the ids */
  async endFinished(): Promise<string[]> {
    const rows = await this.database
      .updateTable('conversation_deletions')
      .set({ status: 'deleted', deleted_at: sql<Date>`now()` })
      .where('status', '=', 'deleting')
      .where('audio_deleted_at', 'is not', null)
      .where(
        sql<boolean>`not exists (select from provider_deletions d
          where d.conversation_id = conversation_deletions.conversation_id and d.status = 'pending')`,
      )
      .returning('conversation_id as id')
      .execute();
    return rows.map(({ id }) => id);
  }

  async countPending(): Promise<number> {
    const { count } = await this.database
      .selectFrom('conversation_deletions')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('status', '=', 'deleting')
      .executeTakeFirstOrThrow();
    return count;
  }
}

async function removeRecords(trx: Transaction<Schema>, conversationId: string): Promise<void> {
  // Locks in the same order as all other code.
  await sql`select s.id from submissions s join chunks c on c.id = s.chunk_id
    where c.conversation_id = ${conversationId} order by s.id for update of s`.execute(trx);
  await sql`select id from chunks where conversation_id = ${conversationId} order by id for update`.execute(
    trx,
  );
  const conversation = await trx
    .selectFrom('conversations')
    .select('id')
    .where('id', '=', conversationId)
    .forUpdate()
    .executeTakeFirst();
  if (conversation === undefined) return;

  await trx
    .insertInto('conversation_deletions')
    .values({ conversation_id: conversationId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // A submit in progress ends with its lease: until then its transcript may not exist yet.
  await sql`insert into provider_deletions (submission_id, chunk_id, conversation_id, strategy, transcript_id,
      audio_url_hash, submission_created_at, next_attempt_at)
    select id, chunk_id, conversation_id, strategy, transcript_id, audio_url_hash, created_at,
      case when status = 'created' then greatest(now(), lease_until) else now() end
    from submissions where chunk_id in (select id from chunks where conversation_id = ${conversationId})
      and provider = 'assemblyai' and strategy is not null and audio_url_hash is not null
      and (transcript_id is not null or status in ('created', 'abandoned'))
    on conflict (submission_id) do nothing`.execute(trx);
  const chunkIds = trx.selectFrom('chunks').select('id').where('conversation_id', '=', conversationId);
  await trx
    .deleteFrom('processing_events')
    .where((eb) => eb.or([eb('conversation_id', '=', conversationId), eb('chunk_id', 'in', chunkIds)]))
    .execute();
  await trx.deleteFrom('submissions').where('chunk_id', 'in', chunkIds).execute();
  await trx.deleteFrom('chunks').where('conversation_id', '=', conversationId).execute();
  await trx.deleteFrom('conversations').where('id', '=', conversationId).execute();
}
