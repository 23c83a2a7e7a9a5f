import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import type { TranscriptChunk } from './transcript-formats.js';

@Injectable()
export class TranscriptsRepository {
  constructor(private readonly database: Database) {}

  /** The completed chunks of a conversation in their order, with what a transcript of it needs. */
  async completedChunks(conversationId: string): Promise<TranscriptChunk[]> {
    return this.database
      .selectFrom('chunks')
      .select([
        'id',
        'position',
        'transcript',
        // The provider's whole answer lies in `data`, or in `data.raw` once it is corrected.
        sql<number | null>`coalesce(diarization -> 'data' -> 'raw' ->> 'audio_duration',
          diarization -> 'data' ->> 'audio_duration')::double precision`.as('durationSeconds'),
      ])
      .where('conversation_id', '=', conversationId)
      .where('status', '=', 'completed')
      .orderBy('position')
      .orderBy('id')
      .execute();
  }
}
