import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';

/** A recording, identified by its key. */
export interface KeptAudio {
  key: string;
  conversationId: string;
  chunkId: string;
}

/** Compares recordings in the store with the database. */
@Injectable()
export class LeftoverAudioRepository {
  constructor(private readonly database: Database) {}

  /**
   * Finds recordings whose chunk does not exist, in conversations that this database contains or
   * has completely deleted. Recordings of unknown conversations are not touched: the store may be
   * shared, or the wrong database configured.
   */
  async withoutChunk(recordings: readonly KeptAudio[]): Promise<string[]> {
    if (recordings.length === 0) return [];
    const { rows } = await sql<{ key: string }>`
      select kept.key
      from unnest(${recordings.map(({ key }) => key)}::text[],
        ${recordings.map(({ conversationId }) => conversationId)}::uuid[],
        ${recordings.map(({ chunkId }) => chunkId)}::uuid[]) as kept (key, conversation_id, chunk_id)
      where not exists (select from chunks c where c.id = kept.chunk_id)
        and not exists (select from uploads u where u.chunk_id = kept.chunk_id and u.status = 'receiving')
        and (exists (select from conversations v where v.id = kept.conversation_id)
          or exists (select from conversation_deletions d
            where d.conversation_id = kept.conversation_id and d.status = 'deleted'))`.execute(this.database);
    return rows.map(({ key }) => key);
  }

  /** Finds recordings of resumable uploads that are not finished. @returns their keys */
  async arrivingInParts(recordings: readonly KeptAudio[]): Promise<ReadonlySet<string>> {
    if (recordings.length === 0) return new Set();
    const rows = await this.database
      .selectFrom('uploads')
      .select('chunk_id as chunkId')
      .where(
        'chunk_id',
        'in',
        recordings.map(({ chunkId }) => chunkId),
      )
      .where('status', '=', 'receiving')
      .execute();
    const arriving = new Set(rows.map(({ chunkId }) => chunkId));
    return new Set(recordings.flatMap(({ key, chunkId }) => (arriving.has(chunkId) ? [key] : [])));
  }
}
