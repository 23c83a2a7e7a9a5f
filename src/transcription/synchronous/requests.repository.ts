import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type AudioSource, audioSource } from '../../audio/audio-source.js';
import { Database } from '../../database/database.js';
import type { SubmissionProvider } from '../../database/schema.js';
import type { ChunkStatus, SubmissionStatus } from '../../chunks/states.js';

/**
 * A submission to a synchronous provider, as its job sees it. Times are by the database's clock.
 */
export interface RequestTask {
  submissionId: string;
  chunkId: string;
  conversationId: string;
  status: SubmissionStatus;
  provider: SubmissionProvider;
  /** Time left of the lease of the request in flight; 0 or less when it is over. */
  leaseMs: number;
  ageMs: number;
  chunkStatus: ChunkStatus;
  isCurrent: boolean;
  audio: AudioSource;
  language: string | null;
  transcriptPrompt: string | null;
  redactPii: boolean;
  anonymize: boolean;
}

@Injectable()
export class RequestsRepository {
  constructor(private readonly database: Database) {}

  async read(submissionId: string): Promise<RequestTask | undefined> {
    const row = await this.database
      .selectFrom('submissions as s')
      .innerJoin('chunks as c', 'c.id', 's.chunk_id')
      .innerJoin('conversations as v', 'v.id', 's.conversation_id')
      .leftJoin('projects as p', 'p.id', 'v.project_id')
      .select([
        's.id as submissionId',
        's.chunk_id as chunkId',
        's.conversation_id as conversationId',
        's.status',
        's.provider',
        sql<number>`(extract(epoch from s.lease_until - now()) * 1000)::double precision`.as('leaseMs'),
        sql<number>`(extract(epoch from now() - s.created_at) * 1000)::double precision`.as('ageMs'),
        'c.status as chunkStatus',
        sql<boolean>`c.submission_id is not distinct from s.id`.as('isCurrent'),
        'c.audio_key',
        'c.audio_url',
        'c.audio_mime_type',
        sql<string | null>`coalesce(v.language, p.language)`.as('language'),
        sql<string | null>`coalesce(v.transcript_prompt, p.transcript_prompt)`.as('transcriptPrompt'),
        sql<boolean>`coalesce(c.redact_pii, v.redact_pii) or v.anonymize`.as('redactPii'),
        'v.anonymize',
      ])
      .where('s.id', '=', submissionId)
      .where('s.provider', '<>', 'assemblyai')
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { audio_key, audio_url, audio_mime_type, ...task } = row;
    return { ...task, audio: audioSource({ audio_key, audio_url, audio_mime_type }) };
  }
}
