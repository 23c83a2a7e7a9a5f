import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import { type ChunkFacts, factsColumns } from './statements/add-chunks.js';

/** Stores the facts about recordings that were not known when their chunks were added. */
@Injectable()
export class RecordingFactsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Stores the facts about a chunk's recording, unless they are known. A measured length replaces
   * that of the provider.
   *
   * @returns whether this call stored them; false also when the chunk was deleted
   */
  async store(chunkId: string, { seconds, ...facts }: ChunkFacts): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable('chunks')
      .set({
        ...factsColumns({ seconds, ...facts }),
        audio_seconds: sql<number | null>`coalesce(${seconds}::double precision, audio_seconds)`,
      })
      .where('id', '=', chunkId)
      .where('audio_container', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}
