import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import type { WindowStatus } from './states.js';

export type ProblemKind = 'failed' | 'uncorrected';

/** Chunks with the same problem. */
export interface Problem {
  kind: ProblemKind;
  code: string;
  chunks: number;
  conversations: number;
  firstAt: Date;
  lastAt: Date;
  /** The message of the newest chunk. */
  example: string;
}

/**
 * Chunks of each kind that are grouped, the newest: enough to see what is wrong, whatever has piled
 * up, and read in some ten milliseconds.
 */
const MAX_CHUNKS = 10_000;

/**
 * Whether the note `u` of a chunk holds for its text: all of it is uncorrected, or some windows.
 *
 * Read by the keys of chunks and windows, for each note: `offset 0` keeps the planner from a join,
 * for which it reads all chunks.
 */
export const HAS_UNCORRECTED_TEXT = sql<boolean>`exists (
  select from chunks as c
  where c.id = u.chunk_id and c.submission_id = u.submission_id and c.status = 'completed'
    and (c.model is null or (${hasWindow('uncorrected')} and ${hasWindow('corrected')}))
  offset 0)`;

function hasWindow(status: WindowStatus) {
  return sql`exists (select from correction_windows as w where w.chunk_id = u.chunk_id
    and w.submission_id = u.submission_id and w.status = ${sql.lit(status)} offset 0)`;
}

/** Groups failed chunks, and texts whose correction failed, by the code of their error. */
@Injectable()
export class ProblemsRepository {
  constructor(private readonly database: Database) {}

  async groups(): Promise<Problem[]> {
    const [failed, uncorrected] = await Promise.all([
      sql<Problem>`
        with newest as (
          select id, conversation_id, coalesce(error_code, 'other') as code, completed_at as at
          from chunks where status = 'failed' order by id desc limit ${MAX_CHUNKS}
        ), grouped as (${GROUPED})
        select 'failed' as kind, grouped.*, coalesce(chunks.error, '') as example
        from grouped join chunks on chunks.id = grouped."newestId"`.execute(this.database),
      sql<Problem>`
        with newest as (
          select u.chunk_id as id, u.conversation_id, u.code, u.noted_at as at
          from uncorrected_chunks as u where ${HAS_UNCORRECTED_TEXT}
          order by u.chunk_id desc limit ${MAX_CHUNKS}
        ), grouped as (${GROUPED})
        select 'uncorrected' as kind, grouped.*, u.error as example
        from grouped join uncorrected_chunks as u on u.chunk_id = grouped."newestId"`.execute(this.database),
    ]);
    return [...failed.rows, ...uncorrected.rows]
      .map(({ kind, code, chunks, conversations, firstAt, lastAt, example }) => ({
        ...{ kind, code, chunks, conversations, firstAt, lastAt, example },
      }))
      .sort((one, other) => other.lastAt.getTime() - one.lastAt.getTime());
  }
}

const GROUPED = sql`select code, count(*)::integer as chunks,
    count(distinct conversation_id)::integer as conversations, min(at) as "firstAt", max(at) as "lastAt",
    (array_agg(id order by id desc))[1] as "newestId"
  from newest group by code`;
