import { ApiError, request } from './client';
import type { CorrectionPart } from './conversation-types';

/** Loads the parts in which a recording is corrected, in their order. */
export async function loadParts(chunkId: string, signal: AbortSignal): Promise<CorrectionPart[]> {
  return request<CorrectionPart[]>(`chunks/${chunkId}/windows`, { signal });
}

/**
 * Corrects a text again without a new transcript: the parts whose correction failed or, with
 * `force` and when none has failed, all of them.
 *
 * @throws ApiError `chunk_completed` when there is nothing to do, `no_first_stage_text` when there
 * is no text to correct
 */
export async function correctAgain(chunkId: string, { force }: { force: boolean }): Promise<void> {
  await request(`transcription/chunks/${chunkId}`, {
    method: 'POST',
    query: { from: 'correction', force: force ? true : undefined },
    json: {},
  });
}

/**
 * Corrects a text whose correction failed again. A recording without a text to correct is
 * transcribed again, at the price of a new one.
 */
export async function correctOrTranscribe(chunkId: string): Promise<void> {
  try {
    await correctAgain(chunkId, { force: false });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Somebody else was faster, and all of it is corrected.
    if (error.code === 'chunk_completed') return;
    if (error.code !== 'no_first_stage_text') throw error;
    await request(`transcription/chunks/${chunkId}`, { method: 'POST', query: { force: true }, json: {} });
  }
}
