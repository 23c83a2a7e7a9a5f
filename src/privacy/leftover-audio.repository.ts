import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';

/** A recording as its key names it. */
export interface KeptAudio {
  key: string;
  conversationId: string;
  chunkId: string;
}

/** Recordings in the store, against the record. */
@Injectable()
export class LeftoverAudioRepository {
  constructor(private readonly database: Database) {}

  /**
   * Recordings of a conversation that this record has, or has deleted for good, whose chunk it does not have. Conversations that it
   * knows nothing of are not ours to judge: the store may be shared, or the wrong database be configured.
   */
  async withoutChunk(recordings: readonly KeptAudio[]): Promise<string[]> {
    if (recordings.length === 0) return [];
    const { rows } = await sql<{ key: string }>`
      select kept.key
      from unnest(${recordings.map(({ key }) => key)}::text[],
        ${recordings.map(({ conversationId }) => conversationId)}::uuid[],
        ${recordings.map(({ chunkId }) => chunkId)}::uuid[]) as kept (key, conversation_id, chunk_id)
      where not exists (select from chunks c where c.id = kept.chunk_id)
        and (exists (select from conversations v where v.id = kept.conversation_id)
          or exists (select from conversation_deletions d
            where d.conversation_id = kept.conversation_id and d.status = 'deleted'))`.execute(this.database);
    return rows.map(({ key }) => key);
  }
}
