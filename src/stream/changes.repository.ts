import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { ChunkStatus } from '../chunks/states.js';
import { Database } from '../database/database.js';
import { runStatement } from '../database/run-statement.js';
import type { ConversationStatus, SummaryStatus } from '../database/schema.js';
import type { Cursor } from './cursor.js';

/** Changes read at once: a few hundred kilobytes, and milliseconds of the database. */
export const PAGE = 500;

/** A change of a chunk or a conversation, with the present state instead of that at the change. */
export type Change = { cursor: Cursor; conversationId: string; projectId: string | null } & (
  | { kind: 'chunk'; chunkId: string; status: ChunkStatus; position: number; revision: number }
  | {
      kind: 'conversation';
      status: ConversationStatus | 'deleted';
      summaryStatus: SummaryStatus | null;
      revision: number | null;
    }
);

export interface ChangePage {
  /** In their order. */
  changes: Change[];
  /** Start of the next page. */
  end: Cursor;
  /** Whether more changes can be read now. */
  isFull: boolean;
  /**
   * Whether changes after the cursor may be missing: they were removed, or the cursor is of another
   * life of the database, such as the one before a backup was restored.
   */
  isIncomplete: boolean;
}

/**
 * A transaction that is still open may commit a change before those that are visible already. So
 * only changes of transactions are read that began before every open one: none can follow later.
 *
 * The oldest row stays when rows are removed. A cursor before it may miss changes.
 *
 * States are looked up row by row: a join could read the tables as a whole.
 */
export const READ_PAGE = `
  with horizon as materialized (select pg_snapshot_xmin(pg_current_snapshot()) as xmin)
  select horizon.xmin::text as horizon,
    (select (xact, id) <= ($1::xid8, $2::bigint) from changes order by xact, id limit 1) as "isKept",
    change.*, chunk.*, conversation.*
  from horizon
  left join lateral (
    select xact::text as xact, id::text as id, kind, chunk_id as "chunkId", conversation_id as "conversationId",
      project_id as "deletedProjectId"
    from changes
    where (changes.xact, changes.id) > ($1::xid8, $2::bigint) and changes.xact < horizon.xmin
    order by changes.xact, changes.id
    limit ${PAGE}
  ) as change on true
  left join lateral (
    select status as "chunkStatus", position, revision as "chunkRevision"
    from chunks where chunks.id = change."chunkId" limit 1
  ) as chunk on true
  left join lateral (
    select project_id as "projectId", status, summary_status as "summaryStatus", merge_revision as revision
    from conversations where conversations.id = change."conversationId" limit 1
  ) as conversation on true
  order by change.xact::xid8, change.id::bigint`;

interface PageRow {
  horizon: string;
  /** Null for an empty table. */
  isKept: boolean | null;
  xact: string | null;
  id: string | null;
  kind: 'start' | 'chunk' | 'conversation' | null;
  chunkId: string | null;
  conversationId: string | null;
  deletedProjectId: string | null;
  chunkStatus: ChunkStatus | null;
  position: number | null;
  chunkRevision: number | null;
  projectId: string | null;
  status: ConversationStatus | null;
  summaryStatus: SummaryStatus | null;
  revision: number | null;
}

/** Reads and removes the changes that triggers of the database note (migration 0013). */
@Injectable()
export class ChangesRepository {
  constructor(private readonly database: Database) {}

  /** Returns the cursor after all changes that can be read now. */
  async now(): Promise<Cursor> {
    const { rows } = await sql<{ horizon: string }>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`.execute(this.database);
    return { xact: BigInt(rows[0]?.horizon ?? '0'), id: 0n };
  }

  /** Reads the changes after a cursor. Several changes of one chunk or conversation are one. */
  async page(after: Cursor): Promise<ChangePage> {
    const rows = await runStatement<PageRow>(this.database, READ_PAGE, [
      String(after.xact),
      String(after.id),
    ]);
    const horizon = BigInt(rows[0]?.horizon ?? '0');
    const last = rows.length === PAGE ? rows.at(-1) : undefined;
    return {
      changes: lastOfEach(rows.flatMap(toChange)),
      end: last === undefined ? { xact: horizon, id: 0n } : cursorOf(last),
      isFull: last !== undefined,
      isIncomplete: rows[0]?.isKept !== true || after.xact > horizon,
    };
  }

  /** Returns the age in seconds of the oldest change after a cursor, read or not; 0 without one. */
  async ageAfter({ xact, id }: Cursor): Promise<number> {
    const { rows } = await sql<{ age: number }>`
      select extract(epoch from clock_timestamp() - created_at)::double precision as age from changes
      where (xact, id) > (${String(xact)}::xid8, ${String(id)}::bigint) order by xact, id limit 1`.execute(
      this.database,
    );
    return Math.max(0, rows[0]?.age ?? 0);
  }

  /**
   * Removes the oldest changes, up to the first one that is to be kept. The last of the old ones
   * stays, to show up to where changes were removed.
   *
   * @returns how many, `limit` at most
   */
  async removeOld({ keepMs, limit }: { keepMs: number; limit: number }): Promise<number> {
    const { numAffectedRows } = await sql`
      with oldest as (
        select xact, id, created_at < now() - ${keepMs}::double precision * interval '1 millisecond' as is_old
        from changes order by xact, id limit ${limit}
      ),
      first_kept as (select xact, id from oldest where not is_old order by xact, id limit 1),
      last_old as (
        select xact, id from oldest
        where is_old and not exists (select from first_kept where (first_kept.xact, first_kept.id) < (oldest.xact, oldest.id))
        order by xact desc, id desc limit 1
      )
      delete from changes using last_old where (changes.xact, changes.id) < (last_old.xact, last_old.id)`.execute(
      this.database,
    );
    return Number(numAffectedRows ?? 0n);
  }
}

/** @returns no change for a chunk whose conversation was deleted: that is a change of its own */
function toChange(row: PageRow): Change[] {
  const { kind, conversationId, chunkId } = row;
  if (kind === null || conversationId === null) return [];
  const cursor = cursorOf(row);
  if (kind === 'conversation') {
    const { status, summaryStatus, revision } = row;
    const projectId = status === null ? row.deletedProjectId : row.projectId;
    return [
      { cursor, kind, conversationId, projectId, status: status ?? 'deleted', summaryStatus, revision },
    ];
  }
  const { chunkStatus: status, position, chunkRevision: revision, projectId } = row;
  if (kind !== 'chunk' || chunkId === null || status === null) return [];
  if (position === null || revision === null) return [];
  return [{ cursor, kind, conversationId, chunkId, projectId, status, position, revision }];
}

function cursorOf({ xact, id }: PageRow): Cursor {
  return { xact: BigInt(xact ?? '0'), id: BigInt(id ?? '0') };
}

/** Each change has the present state, so the last one of a chunk says as much as all of them. */
function lastOfEach(changes: readonly Change[]): Change[] {
  const seen = new Set<string>();
  return changes
    .toReversed()
    .filter((change) => {
      const key = change.kind === 'chunk' ? change.chunkId : change.conversationId;
      return !seen.has(key) && seen.add(key);
    })
    .reverse();
}
