import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import type { DeletionEvidence, RedactionPass } from '../database/schema.js';
import type { ChunkStatus } from '../chunks/states.js';

export interface ReceiptSettings {
  redactPii: boolean;
  anonymize: boolean;
}

export interface ReceiptChunk {
  id: string;
  position: number;
  status: ChunkStatus;
  errorCode: string | null;
  /** The setting that applies to this chunk, whether its own or inherited. */
  isRedacted: boolean;
  redaction: RedactionPass[] | null;
  /** Model that wrote the text; null when none did. */
  model: string | null;
}

export interface ReceiptCopy {
  chunkId: string;
  submissionId: string;
  transcriptId: string | null;
  requestedAt: Date | null;
  deletedAt: Date | null;
  evidence: DeletionEvidence | null;
}

/** Reads the data of a receipt. It contains no text. */
@Injectable()
export class RedactionReceiptRepository {
  constructor(private readonly database: Database) {}

  async settings(conversationId: string): Promise<ReceiptSettings | undefined> {
    return this.database
      .selectFrom('conversations')
      .select(['redact_pii as redactPii', 'anonymize'])
      .where('id', '=', conversationId)
      .executeTakeFirst();
  }

  async chunks(conversationId: string): Promise<ReceiptChunk[]> {
    return this.database
      .selectFrom('chunks as c')
      .innerJoin('conversations as v', 'v.id', 'c.conversation_id')
      .select([
        'c.id',
        'c.position',
        'c.status',
        'c.error_code as errorCode',
        sql<boolean>`coalesce(c.redact_pii, v.redact_pii) or v.anonymize`.as('isRedacted'),
        'c.redaction',
        'c.model',
      ])
      .where('c.conversation_id', '=', conversationId)
      .orderBy('c.position')
      .orderBy('c.id')
      .execute();
  }

  /**
   * Reads the transcripts of all chunks that exist or may exist at the provider, the oldest first.
   */
  async copies(conversationId: string): Promise<ReceiptCopy[]> {
    return this.database
      .selectFrom('chunks as c')
      .innerJoin('submissions as s', 's.chunk_id', 'c.id')
      .leftJoin('provider_deletions as d', 'd.submission_id', 's.id')
      .select([
        'c.id as chunkId',
        's.id as submissionId',
        sql<string | null>`coalesce(s.transcript_id, d.transcript_id)`.as('transcriptId'),
        'd.requested_at as requestedAt',
        'd.deleted_at as deletedAt',
        'd.evidence',
      ])
      .where('c.conversation_id', '=', conversationId)
      .where((eb) => eb.or([eb('s.transcript_id', 'is not', null), eb('d.submission_id', 'is not', null)]))
      .orderBy('s.id')
      .execute();
  }
}
