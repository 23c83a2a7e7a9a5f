import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../../database/database.js';
import type { RevisionOrigin } from '../../database/schema.js';
import { machineOrigin } from './machine-origin.js';

/** A text of a chunk. */
export interface Revision {
  revision: number;
  origin: RevisionOrigin;
  text: string;
  /** Name of the API key of an edit. */
  madeBy: string | null;
  createdAt: Date;
  /** Whether it is the text of the chunk. */
  isCurrent: boolean;
}

/** Reads the revisions of a chunk's text. */
@Injectable()
export class RevisionsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Reads revisions, the newest first. A chunk that nobody edited has one: its text.
   *
   * @param page.before revision after which the page begins
   * @returns undefined when the chunk does not exist
   */
  async list(chunkId: string, page: { before?: number; limit: number }): Promise<Revision[] | undefined> {
    const chunk = await this.database
      .selectFrom('chunks')
      .select([
        'transcript',
        'revision',
        'edited_at as editedAt',
        sql<string | null>`diarization ->> 'schema'`.as('schema'),
        'model',
        sql<Date>`coalesce(completed_at, transcribed_at, created_at)`.as('createdAt'),
      ])
      .where('id', '=', chunkId)
      .executeTakeFirst();
    if (chunk === undefined) return undefined;
    const { transcript: text, revision, createdAt } = chunk;
    if (chunk.editedAt !== null) return this.stored(chunkId, page);
    if (text === null || revision >= (page.before ?? Infinity)) return [];
    return [{ revision, origin: machineOrigin(chunk), text, madeBy: null, createdAt, isCurrent: true }];
  }

  private async stored(
    chunkId: string,
    { before, limit }: { before?: number; limit: number },
  ): Promise<Revision[]> {
    let query = this.database
      .selectFrom('chunk_revisions as r')
      .select([
        'r.revision',
        'r.origin',
        'r.text',
        'r.made_by as madeBy',
        'r.created_at as createdAt',
        // No machine's text replaces a person's.
        sql<boolean>`r.revision = (select max(revision) from chunk_revisions
          where chunk_id = r.chunk_id and origin in ('edit', 'restore'))`.as('isCurrent'),
      ])
      .where('r.chunk_id', '=', chunkId);
    if (before !== undefined) query = query.where('r.revision', '<', before);
    return query.orderBy('r.revision', 'desc').limit(limit).execute();
  }
}
