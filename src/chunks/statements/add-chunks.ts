import type { Kysely } from 'kysely';
import { batchRows, runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';

/** Facts about a recording, as they were read from the file. */
export interface ChunkFacts {
  container: string;
  /** Null for a codec without a name here. */
  codec: string | null;
  channels: number;
  sampleRate: number;
  /** Null when they are not known. */
  seconds: number | null;
}

export type ChunkAudio =
  | { kind: 'stored'; key: string; mimeType: string; bytes: number; facts: ChunkFacts | null }
  | { kind: 'url'; url: string };

export interface NewChunk {
  id: string;
  conversationId: string;
  /** Position in the conversation; after the last chunk when omitted. */
  position?: number;
  audio: ChunkAudio;
  idempotencyKey?: string;
}

export interface AddedChunk {
  position: number;
  createdAt: Date;
}

/** Columns of the facts about a recording. */
export function factsColumns({ container, codec, channels, sampleRate, seconds }: ChunkFacts) {
  return {
    audio_container: container,
    audio_codec: codec,
    audio_channels: channels,
    audio_sample_rate: sampleRate,
    audio_seconds: seconds,
  };
}

/** Largest value of the column, which is PostgreSQL's integer. */
const LAST_POSITION = 2_147_483_647;

const ADD_CHUNKS = `
  with batch as (
    select batch_row.*
    from unnest($1::integer[]) as row_index, jsonb_to_record($2::jsonb -> row_index) as batch_row (id uuid, conversation_id uuid,
      position bigint, idempotency_key text, audio_key text, audio_url text, audio_mime_type text, audio_bytes bigint,
      audio_container text, audio_codec text, audio_channels integer, audio_sample_rate integer, audio_seconds double precision)
  ),
  locked as materialized (
    select id from conversations where id in (select conversation_id from batch) order by id for no key update
  ),
  open as (
    update conversations as v set next_position = greatest(v.next_position, coalesce(batch.position,
      greatest(v.next_position, (select max(position)::bigint + 1 from chunks where conversation_id = v.id))) + 1)
    from batch, locked
    where v.id = locked.id and v.id = batch.conversation_id and v.status is not distinct from 'open'
    returning v.id, v.next_position
  )
  insert into chunks
    (id, conversation_id, position, idempotency_key, audio_key, audio_url, audio_mime_type, audio_bytes,
      audio_container, audio_codec, audio_channels, audio_sample_rate, audio_seconds)
  select batch.id, open.id, coalesce(batch.position, open.next_position - 1), batch.idempotency_key,
    batch.audio_key, batch.audio_url, batch.audio_mime_type, batch.audio_bytes,
    batch.audio_container, batch.audio_codec, batch.audio_channels, batch.audio_sample_rate, batch.audio_seconds
  from open join batch on batch.conversation_id = open.id
  where coalesce(batch.position, open.next_position - 1) <= ${LAST_POSITION}
  on conflict do nothing
  returning id, position, created_at as "createdAt"`;

/**
 * Adds chunks to open conversations, no two to the same one. The single statement does not see the
 * chunks of a transaction whose lock it waited for, but it sees the counter which that transaction
 * left. Earlier releases do not maintain the counter, so the largest position counts as well.
 *
 * @returns the added chunks in the order of `chunks`; undefined where the conversation is not open,
 * has a chunk with that id or idempotency key, or has a chunk at the last possible position
 */
export async function addChunks(
  db: Kysely<Schema>,
  chunks: readonly NewChunk[],
): Promise<(AddedChunk | undefined)[]> {
  const rowsToWrite = chunks.map(({ id, conversationId, position, audio, idempotencyKey }) => ({
    id,
    conversation_id: conversationId,
    position,
    idempotency_key: idempotencyKey,
    audio_key: audio.kind === 'stored' ? audio.key : undefined,
    audio_url: audio.kind === 'url' ? audio.url : undefined,
    audio_mime_type: audio.kind === 'stored' ? audio.mimeType : undefined,
    audio_bytes: audio.kind === 'stored' ? audio.bytes : undefined,
    ...(audio.kind === 'stored' && audio.facts !== null && factsColumns(audio.facts)),
  }));
  const rows = await runStatement<AddedChunk & { id: string }>(db, ADD_CHUNKS, await batchRows(rowsToWrite));
  const added = new Map(rows.map(({ id, ...row }) => [id, row]));
  return chunks.map(({ id }) => added.get(id));
}
