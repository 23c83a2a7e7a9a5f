import { ApiError, request } from '../../../api/client';
import type { Chunk } from '../../../api/types';
import type { Draft } from './draft';

/** Text that stands for silence; it is not edited, but replaced. */
const NOTHING_TO_TRANSCRIBE = '[Nothing to transcribe]';

/** Loads the newest text of a chunk with its revision. */
export async function newestText(chunkId: string, signal?: AbortSignal): Promise<Draft> {
  const { transcript, revision } = await request<Chunk>(`chunks/${chunkId}`, { signal });
  const text = transcript ?? '';
  return { text: text === NOTHING_TO_TRANSCRIBE ? '' : text, revision };
}

/** @throws ApiError; one of a stale revision when somebody else changed the text meanwhile */
export async function saveText(chunkId: string, draft: Draft): Promise<void> {
  await request(`chunks/${chunkId}/transcript`, { method: 'PUT', json: draft });
}

/** Whether a save was refused as the text is newer than the one that was edited. */
export function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.code === 'stale_revision';
}
