import type { Effect } from '../../simulator/fault-types.js';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { RevisionPageResponse, RevisionResponse } from '../../src/conversations/edits/edits.dto.js';
import type { Answer, Api } from './api.js';

/** The model's answer with a corrected text. */
export const saying = (text: string): Effect => ({
  kind: 'text',
  text: JSON.stringify({ corrected_transcript: text, note: '' }),
});

export const hearing = (text: string): Effect => ({ kind: 'outcome', text });

export function putText(
  api: Api,
  id: string,
  text: string,
  revision: number,
): Promise<Answer<ChunkResponse>> {
  return api.put<ChunkResponse>(`/api/chunks/${id}/transcript`, { text, revision });
}

/** Edits a text of which the newest revision is known. */
export async function edited(api: Api, chunk: ChunkResponse, text: string): Promise<ChunkResponse> {
  const { status, body } = await putText(api, chunk.id, text, chunk.revision);
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`);
  return body;
}

export async function revisionsOf(api: Api, id: string): Promise<RevisionResponse[]> {
  const { status, body } = await api.get<RevisionPageResponse>(`/api/chunks/${id}/revisions`);
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`);
  return body.data;
}
