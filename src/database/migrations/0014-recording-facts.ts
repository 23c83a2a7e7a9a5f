import { type Kysely, sql } from 'kysely';

/**
 * Facts about the recording of a chunk. Chunks of earlier releases have none: their lengths are in
 * the answers of the provider, and reading these all would hold the start for too long.
 */
export const recordingFacts = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql
      .raw(
        `alter table chunks
          add column audio_container text,
          add column audio_codec text,
          add column audio_channels integer,
          add column audio_sample_rate integer,
          add column audio_seconds double precision`,
      )
      .execute(db);
  },
};
