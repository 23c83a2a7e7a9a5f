import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { ChunkStatus } from '../../chunks/states.js';
import { Database } from '../../database/database.js';

/** Location of a chunk's recording. */
export type RecordingPlace =
  { kind: 'stored'; key: string } | { kind: 'url'; url: string } | { kind: 'gone' };

/** A chunk as read for the list of recordings. */
export interface RecordingRow {
  id: string;
  position: number;
  status: ChunkStatus;
  mimeType: string | null;
  bytes: number | null;
  isGone: boolean;
  /** Length that the provider measured; null before the first stage has ended, or without one. */
  durationSeconds: number | null;
  /** Text and recognized words, as JSON; null for a chunk that is not completed. */
  transcript: string | null;
  words: string | null;
}

/** Sorts before every UUID. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Reads where recordings are, and what is known about them. */
@Injectable()
export class RecordingsRepository {
  constructor(private readonly database: Database) {}

  /**
   * @returns undefined when there is no such chunk. Of a chunk that was deleted with its
   * conversation, AssemblyAI's copy is known to have existed
   */
  async find(chunkId: string): Promise<RecordingPlace | undefined> {
    const row = await this.database
      .selectFrom('chunks')
      .select(['audio_key as key', 'audio_url as url', isGone()])
      .where('id', '=', chunkId)
      .executeTakeFirst();
    if (row === undefined) return (await this.hadCopy(chunkId)) ? { kind: 'gone' } : undefined;
    if (row.isGone) return { kind: 'gone' };
    return row.key === null ? { kind: 'url', url: row.url ?? '' } : { kind: 'stored', key: row.key };
  }

  /**
   * Reads the chunks of a conversation in their order.
   *
   * @param after the last chunk of the page before; undefined for the first page
   */
  async page(
    conversationId: string,
    { after, limit }: { after?: Pick<RecordingRow, 'id' | 'position'>; limit: number },
  ): Promise<RecordingRow[]> {
    return this.database
      .selectFrom('chunks')
      .select([
        'id',
        'position',
        'status',
        'audio_mime_type as mimeType',
        'audio_bytes as bytes',
        isGone(),
        // The provider's whole answer is in `data`, or in `data.raw` after the correction.
        sql<number | null>`coalesce(diarization -> 'data' -> 'raw' ->> 'audio_duration',
          diarization -> 'data' ->> 'audio_duration')::double precision`.as('durationSeconds'),
        sql<string | null>`case when status = 'completed' then transcript end`.as('transcript'),
        sql<
          string | null
        >`case when status = 'completed' then coalesce(diarization -> 'data' -> 'raw' -> 'words',
          diarization -> 'data' -> 'words')::text end`.as('words'),
      ])
      .where('conversation_id', '=', conversationId)
      .where(
        sql<boolean>`(position, id) > (${after?.position ?? -1}::integer, ${after?.id ?? FIRST_ID}::uuid)`,
      )
      .orderBy('position')
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  /** Whether the conversation existed once and was deleted. */
  async wasDeleted(conversationId: string): Promise<boolean> {
    const row = await this.database
      .selectFrom('conversation_deletions')
      .select('status')
      .where('conversation_id', '=', conversationId)
      .executeTakeFirst();
    return row !== undefined;
  }

  private async hadCopy(chunkId: string): Promise<boolean> {
    const row = await this.database
      .selectFrom('provider_deletions')
      .select('submission_id')
      .where('chunk_id', '=', chunkId)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }
}

function isGone() {
  return sql<boolean>`audio_expired_at is not null or audio_deleted_at is not null`.as('isGone');
}
