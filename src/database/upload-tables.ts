import type { ColumnType, Generated } from 'kysely';
import type { CreatedAt, Nullable } from './column-types.js';

export type UploadStatus = 'receiving' | 'completed' | 'discarded';

/** A resumable upload: a recording whose bytes arrive over several requests. */
export interface UploadsTable {
  id: string;
  conversation_id: string;
  /** Id that the chunk of the recording will have, or the chunk that was found by its key. */
  chunk_id: string;
  /** discarded: it was refused, or its conversation takes no more chunks. */
  status: Generated<UploadStatus>;
  /** Bytes of the whole recording. */
  length: number;
  position: Nullable<number>;
  idempotency_key: Nullable<string>;
  /** `Upload-Metadata` as it was given; it has a file name, and is removed when the upload ends. */
  metadata: Nullable<string>;
  /** Where the store collects the parts; null before the first one. */
  target: Nullable<string>;
  /** Each attempt to store a part takes a number of its own. */
  next_part: Generated<number>;
  /** Bytes in `upload_parts`. */
  part_bytes: Generated<number>;
  /** Bytes after the last part, too few for a part. */
  tail_name: Nullable<string>;
  tail_bytes: Generated<number>;
  /** Whether the store may have bytes of it that are not part of a recording. */
  has_bytes: Generated<boolean>;
  /** The request or pass that may change the upload, until `lock_until`. */
  lock_token: Nullable<string>;
  lock_until: Nullable<Date>;
  /** Another request waits for the lock. */
  lock_wanted: Generated<boolean>;
  created_at: CreatedAt;
  /** An unfinished upload expires a while after its last byte; a finished one is forgotten then. */
  expires_at: ColumnType<Date, Date | undefined, Date>;
}

/** A stored part of an unfinished upload. */
export interface UploadPartsTable {
  upload_id: string;
  /** Parts follow each other in this order, with gaps. */
  number: number;
  bytes: number;
  /** The store's name for it. */
  name: string;
}
