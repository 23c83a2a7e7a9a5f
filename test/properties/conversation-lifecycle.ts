import { NOTHING_TO_TRANSCRIBE } from '../../src/chunks/empty-text.js';
import { NOTHING_COULD_BE_TRANSCRIBED } from '../../src/conversations/transcript/merge-transcripts.js';
import type { ConversationStatus } from '../../src/database/schema.js';
import type { Change, ChunkState, ConversationState } from './audit.js';
import { assertHolds } from './property-error.js';
import { summaryOf } from './recordings.js';

const TRANSITIONS: Readonly<Record<ConversationStatus, readonly ConversationStatus[]>> = {
  open: ['open', 'finished'],
  finished: ['finished', 'finalized'],
  finalized: ['finalized'],
};

/**
 * Asserts the lifecycle of the conversation.
 *
 * @param options.chunks the last state of each chunk
 * @param options.restarts number of restarts of all its chunks together
 * @throws PropertyError
 */
export function assertConversationLifecycle(
  changes: Change<ConversationState>[],
  options: { chunks: { id: string; state: ChunkState }[]; restarts: number },
): void {
  for (const { was, became } of changes) {
    if (was === null) continue;
    const step = `conversation: ${was.status} -> ${became.status}`;
    assertHolds(TRANSITIONS[was.status].includes(became.status), `${step} is a transition`);
    const isMerge = became.mergeRevision !== was.mergeRevision;
    assertHolds(
      isMerge || became.status === was.status || became.status === 'finished',
      `${step} is a merge`,
    );
    if (!isMerge) continue;
    assertHolds(became.mergeRevision === was.mergeRevision + 1, `${step}: merges are counted`);
    assertHolds(was.status !== 'open', `${step}: it is merged when it is finished`);
    assertHolds(became.unsettled === 0, `${step}: it is merged when its last chunk has settled`);
  }
  const last = changes.at(-1)?.became;
  assertHolds(last?.status === 'finalized', `the conversation is finalized (${last?.status ?? 'none'})`);
  assertHolds(!last.mergeNeeded, 'no merge is pending');
  const { restarts } = options;
  assertHolds(
    last.mergeRevision <= 1 + restarts,
    `it is finalized once, and once more for a restart (${last.mergeRevision}, ${restarts} restarts)`,
  );
  const expected = mergedText(options.chunks, last.transcript);
  assertHolds(
    last.transcript === expected,
    `its transcript is that of its chunks (${String(last.transcript)})`,
  );
  assertSummary(last, expected);
}

function assertSummary({ summaryStatus, summary }: ConversationState, transcript: string): void {
  const isEmpty = [NOTHING_TO_TRANSCRIBE, NOTHING_COULD_BE_TRANSCRIBED].includes(transcript);
  const status = isEmpty ? 'none' : 'completed';
  assertHolds(summaryStatus === status, `its summary is ${status} (${summaryStatus})`);
  const isOfIt = summary === (status === 'none' ? null : summaryOf(transcript));
  assertHolds(isOfIt, `its summary is that of its transcript (${String(summary)})`);
}

function mergedText(chunks: { id: string; state: ChunkState }[], shown: string | null): string {
  const texts = chunks
    .filter(({ state }) => state.status === 'completed')
    .sort((a, b) => a.state.position - b.state.position || (a.id < b.id ? -1 : 1))
    .map(({ state }) => state.transcript);
  if (texts.length > 0) return texts.join('\n\n');
  // Chunks that failed because they contain no speech count as silent ones.
  const mayHaveFailed = chunks.some(({ state }) => state.status === 'failed');
  return mayHaveFailed && shown === NOTHING_COULD_BE_TRANSCRIBED ? shown : NOTHING_TO_TRANSCRIBE;
}
