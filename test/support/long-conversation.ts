import type { ModelRecord } from '../../simulator/ledger.js';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import { query } from './record.js';
import type { World } from './test-service.js';

/** The first stage's text is final, so that a test is about summaries alone. */
export const WITHOUT_CORRECTION = { TRANSCRIPTION_PROVIDER: 'AssemblyAI' };

const WORDS_PER_SENTENCE = 10;
const WORDS_PER_MINUTE = 150;

/** Speaks for so many minutes, in sentences with numbers. */
export function speech(minutes: number, topic = 'bridge'): string[] {
  return Array.from(
    { length: (minutes * WORDS_PER_MINUTE) / WORDS_PER_SENTENCE },
    (_, index) => `Sentence ${index} of this evening is about the ${topic} again.`,
  );
}

/** Makes a finished conversation of one chunk with this text; its summary is owed then. */
export async function finishedConversation(
  { api, simulator }: World,
  sentences: readonly string[],
  settings: object = {},
): Promise<ChunkResponse> {
  const effect = { kind: 'outcome', text: sentences.join(' '), timedWords: 0 } as const;
  simulator.faults.add({ operation: 'submit', effect, times: 1 });
  const { id } = await api.createConversation(settings);
  const { id: chunkId } = await api.addChunk(id);
  const chunk = await api.settledChunk(chunkId);
  await api.finish(id);
  return chunk;
}

/** Returns the sentences of the transcripts in these requests, in their order. */
export function sentencesOf(requests: readonly ModelRecord[]): string[] {
  return requests.flatMap(({ prompt }) => prompt.match(/Sentence \d+ of .*? again\./g) ?? []);
}

/** Requests that summarize a part, without those that combine summaries. */
export function requestsForParts(requests: readonly ModelRecord[]): ModelRecord[] {
  return requests.filter(({ prompt }) => prompt.includes('\n<transcript>\n'));
}

/** Counts the stored summaries of parts of all conversations. */
export async function storedParts({ database }: World): Promise<number> {
  const rows = await query<{ count: number }>(
    database.url,
    'select count(*)::integer as count from summary_parts where summary is not null',
  );
  return rows[0]?.count ?? 0;
}
