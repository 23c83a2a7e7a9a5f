import { Metadata } from '@tus/server';
import { validate as isUuid, version as uuidVersion } from 'uuid';
import type { DeclaredFile } from '../audio/declared-audio.js';
import type { Upload } from './uploads.repository.js';

/** Bits of the time in a UUID of version 7 (RFC 9562, section 5.7), in hexadecimal digits. */
const TIME_DIGITS = 12;

/** Returns the key of an upload's recording, without extension. */
export function keyOf({ conversationId, chunkId }: Upload): string {
  return `${conversationId}/${chunkId}`;
}

/** Whether all bytes are stored, and only the chunk is missing. */
export function isWhole({ status, offset, length }: Upload): boolean {
  return status === 'receiving' && offset >= length;
}

export function declaredFile({ metadata }: Pick<Upload, 'metadata'>): DeclaredFile {
  const { filename, filetype } = metadata === null ? {} : Metadata.parse(metadata);
  return { fileName: filename ?? undefined, mimeType: filetype ?? undefined };
}

/**
 * Whether an upload with this id, of which there is no record, may have expired: its id has the
 * time of its creation. A younger one never existed, or was ended by its sender.
 */
export function mayHaveExpired(id: string, expiryMs: number, nowMs = Date.now()): boolean {
  if (!isUuid(id) || uuidVersion(id) !== 7) return false;
  const createdMs = Number.parseInt(id.replaceAll('-', '').slice(0, TIME_DIGITS), 16);
  return nowMs - createdMs >= expiryMs;
}
