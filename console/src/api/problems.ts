import { request } from './client';
import { correctOrTranscribe } from './corrections';
import type { Problem } from './operation-types';
import type { Chunk, Conversation } from './types';

/** One page of chunks, which have their texts. */
const ID_PAGE_SIZE = 100;

interface ChunkPage {
  chunks: Chunk[];
  nextAfter: string | null;
}

/** Identity of a problem: two failures with the same kind and code are one. */
export type ProblemKey = Pick<Problem, 'kind' | 'code'>;

export async function loadProblems(signal: AbortSignal): Promise<Problem[]> {
  return (await request<{ data: Problem[] }>('problems', { signal })).data;
}

/** Loads the first chunks of a problem, the oldest first. */
export async function loadProblemChunks(
  problem: ProblemKey,
  limit: number,
  signal?: AbortSignal,
): Promise<Chunk[]> {
  return (await loadPage(problem, { limit }, signal)).chunks;
}

/** Loads the ids of all chunks of a problem. */
export async function loadProblemIds(problem: ProblemKey): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page: ChunkPage = await loadPage(problem, { limit: ID_PAGE_SIZE, after });
    ids.push(...page.chunks.map(({ id }) => id));
    after = page.nextAfter;
  } while (after !== null);
  return ids;
}

export async function loadConversation(id: string, signal: AbortSignal): Promise<Conversation> {
  return request<Conversation>(`conversations/${id}`, { signal });
}

export async function loadChunk(id: string): Promise<Chunk> {
  return request<Chunk>(`chunks/${id}`);
}

/** Tries all failed chunks with this code again. */
export async function retryFailedWith(errorCode: string): Promise<void> {
  await request('chunks/retry', { method: 'POST', json: { errorCode } });
}

/** Whether the chunks of a problem may have a text of the first stage, which is corrected again. */
export function isCorrectable({ kind, code }: ProblemKey): boolean {
  return kind === 'uncorrected' || code === 'withheld';
}

/** Tries a chunk again; one that may have a text of the first stage, without a new transcript. */
export async function retryChunk(id: string, problem: ProblemKey): Promise<void> {
  if (isCorrectable(problem)) await correctOrTranscribe(id);
  else await request(`transcription/chunks/${id}`, { method: 'POST', json: {} });
}

async function loadPage(
  { kind, code }: ProblemKey,
  page: { limit: number; after?: string | null },
  signal?: AbortSignal,
): Promise<ChunkPage> {
  const filter = kind === 'failed' ? { status: 'failed' } : { uncorrected: true };
  return request<ChunkPage>('chunks', { query: { ...filter, errorCode: code, ...page }, signal });
}
