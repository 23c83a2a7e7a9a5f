import type { ColumnType, Generated } from 'kysely';

export interface PendingChunksTable {
  conversation_id: string;
  chunk_id: string;
}

export interface CoordinationUsageTable {
  name: string;
  /** Number of the window since the epoch. */
  window_number: number;
  used: number;
  throttled_until: Generated<Date>;
}

export interface CallbackMetadataTable {
  transcript_id: string;
  metadata: ColumnType<unknown, string, string>;
  expires_at: Date;
}
