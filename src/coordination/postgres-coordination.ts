import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import { CALLBACK_METADATA_TTL_MS, Coordination, type CallbackMetadata, type Usage } from './coordination.js';

/** Coordination in unlogged tables of the record's own database. */
@Injectable()
export class PostgresCoordination extends Coordination {
  constructor(private readonly database: Database) {
    super();
  }

  /** Does nothing: the tables are in the installation's own database. */
  async claim(): Promise<void> {
    await Promise.resolve();
  }

  async addPending(conversationId: string, chunkId: string): Promise<void> {
    await this.database
      .insertInto('coordination_pending_chunks')
      .values({ conversation_id: conversationId, chunk_id: chunkId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /**
   * Settles of one conversation run one after the other; otherwise the last two could each count
   * the other's chunk. The lock is taken in a statement of its own, so that the next statement sees
   * what the previous holder has committed.
   */
  async settle(conversationId: string, chunkId: string): Promise<number> {
    return this.database.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`pending:${conversationId}`}, 0))`.execute(
        trx,
      );
      await trx
        .deleteFrom('coordination_pending_chunks')
        .where('conversation_id', '=', conversationId)
        .where('chunk_id', '=', chunkId)
        .execute();
      const { remaining } = await trx
        .selectFrom('coordination_pending_chunks')
        .select(({ fn }) => fn.countAll<number>().as('remaining'))
        .where('conversation_id', '=', conversationId)
        .executeTakeFirstOrThrow();
      return remaining;
    });
  }

  async pendingCount(conversationId: string): Promise<number> {
    const { count } = await this.database
      .selectFrom('coordination_pending_chunks')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('conversation_id', '=', conversationId)
      .executeTakeFirstOrThrow();
    return count;
  }

  async pendingConversations(): Promise<string[]> {
    const rows = await this.database
      .selectFrom('coordination_pending_chunks')
      .select('conversation_id')
      .distinct()
      .execute();
    return rows.map((row) => row.conversation_id);
  }

  async replacePending(conversationId: string, chunkIds: readonly string[]): Promise<void> {
    await this.database.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`pending:${conversationId}`}, 0))`.execute(
        trx,
      );
      await trx
        .deleteFrom('coordination_pending_chunks')
        .where('conversation_id', '=', conversationId)
        .execute();
      await sql`insert into coordination_pending_chunks (conversation_id, chunk_id)
        select ${conversationId}::uuid, unnest(${[...chunkIds]}::uuid[]) on conflict do nothing`.execute(trx);
    });
  }

  async forgetConversation(conversationId: string): Promise<void> {
    await this.database
      .deleteFrom('coordination_pending_chunks')
      .where('conversation_id', '=', conversationId)
      .execute();
  }

  async putCallbackMetadata(transcriptId: string, metadata: CallbackMetadata): Promise<void> {
    const values = {
      metadata: JSON.stringify(metadata),
      expires_at: sql<Date>`clock_timestamp() + ${CALLBACK_METADATA_TTL_MS} * interval '1 millisecond'`,
    };
    await this.database
      .insertInto('coordination_callback_metadata')
      .values({ transcript_id: transcriptId, ...values })
      .onConflict((conflict) => conflict.column('transcript_id').doUpdateSet(values))
      .execute();
  }

  async getCallbackMetadata(transcriptId: string): Promise<CallbackMetadata | undefined> {
    const row = await this.database
      .selectFrom('coordination_callback_metadata')
      .select('metadata')
      .where('transcript_id', '=', transcriptId)
      .where('expires_at', '>', sql<Date>`clock_timestamp()`)
      .executeTakeFirst();
    return row?.metadata as CallbackMetadata | undefined;
  }

  async deleteCallbackMetadata(transcriptId: string): Promise<void> {
    await this.database
      .deleteFrom('coordination_callback_metadata')
      .where('transcript_id', '=', transcriptId)
      .execute();
  }

  async reportUsage(name: string, report: { units: number; windowMs: number }): Promise<Usage> {
    const { units, windowMs } = report;
    const { rows } = await sql<Usage>`
      with clock as (select extract(epoch from clock_timestamp()) * 1000 as now_ms)
      insert into coordination_usage as usage (name, window_number, used)
      select ${name}, floor(now_ms / ${windowMs}::bigint)::bigint, ${units} from clock
      on conflict (name) do update set
        used = excluded.used + case when usage.window_number = excluded.window_number then usage.used else 0 end,
        window_number = excluded.window_number
      returning used,
        (select (${windowMs}::bigint - mod(now_ms::bigint, ${windowMs}::bigint))::double precision from clock)
          as "windowEndsInMs",
        case when throttled_until > clock_timestamp()
          then (extract(epoch from throttled_until - clock_timestamp()) * 1000)::double precision else 0 end
          as "throttledForMs"`.execute(this.database);
    const [usage] = rows;
    if (usage === undefined) throw new TypeError('the upsert returned no row');
    return usage;
  }

  async throttle(name: string, forMs: number): Promise<void> {
    await sql`
      insert into coordination_usage as usage (name, window_number, used, throttled_until)
      values (${name}, 0, 0, clock_timestamp() + ${forMs} * interval '1 millisecond')
      on conflict (name) do update set throttled_until = greatest(usage.throttled_until, excluded.throttled_until)`.execute(
      this.database,
    );
  }

  async removeExpired(): Promise<void> {
    const now = sql<Date>`clock_timestamp()`;
    await this.database.deleteFrom('coordination_callback_metadata').where('expires_at', '<=', now).execute();
  }
}
