import type { Change, ChunkState } from './audit.js';
import { assertChunkLifecycle, isSettled, recordingOfChunk } from './chunk-lifecycle.js';
import { assertConversationLifecycle } from './conversation-lifecycle.js';
import type { Experiment } from './experiment.js';
import { assertHolds } from './property-error.js';
import {
  assertOneOpenSubmission,
  assertSubmissionLifecycle,
  assertUniqueTranscripts,
} from './submission-lifecycle.js';
import { assertWindowLifecycle } from './window-lifecycle.js';

/** Asserts what must hold for a finished scenario, over its whole history. @throws PropertyError */
export async function assertInvariants(experiment: Experiment): Promise<void> {
  const { harness, provider } = experiment;
  const history = await harness.audit.read();
  const chunks = groupById(history.chunks);
  for (const [id, changes] of chunks) assertChunkLifecycle(id, changes, experiment);
  for (const [id, changes] of groupById(history.submissions)) {
    const chunk = chunks.get(changes[0]?.became.chunk ?? '')?.[0]?.became;
    assertHolds(chunk !== undefined, `submission ${id} is of a chunk`);
    assertSubmissionLifecycle(id, changes, { provider, recording: recordingOfChunk(chunk) });
  }
  for (const [id, changes] of groupById(history.correction_windows)) assertWindowLifecycle(id, changes);
  assertOneOpenSubmission(history.submissions);
  assertUniqueTranscripts(history.submissions);
  const restarts = history.chunks.filter(({ was }) => was !== null && isSettled(was)).length;
  experiment.ledger.restartsDone = restarts;
  assertConversationLifecycle(history.conversations, {
    chunks: [...chunks].flatMap(([id, changes]) =>
      changes.slice(-1).map(({ became }) => ({ id, state: became })),
    ),
    restarts,
  });
  assertPayments(experiment, chunks);
  await assertNothingLeft(experiment);
}

/**
 * A key that is set while, or before, another activity removes it stays until it expires after a
 * day; an undisturbed scenario leaves none.
 */
async function assertNothingLeft({ harness, ledger }: Experiment): Promise<void> {
  const { endless, metadata } = await harness.takeLeftovers();
  assertHolds(endless.length === 0, `nothing is left in coordination (${endless.join(', ')})`);
  if (ledger.hasLostWork || ledger.overlapping > 1) return;
  ledger.undisturbed = true;
  assertHolds(metadata.length === 0, `no callback metadata is left (${metadata.join(', ')})`);
}

/**
 * Asserts that a chunk is paid once. Only transcripts that the provider hid from the service, or
 * the submit of a frozen process, may be paid again.
 */
function assertPayments({ provider, ledger }: Experiment, chunks: Map<string, Change<ChunkState>[]>): void {
  const chunksOf = new Map<string, string[]>();
  for (const [id, [first]] of chunks) {
    if (first === undefined) continue;
    const recording = recordingOfChunk(first.became);
    chunksOf.set(recording, [...(chunksOf.get(recording) ?? []), id]);
  }
  const recordings = new Set(provider.transcripts.map(({ recording }) => recording));
  for (const recording of recordings) {
    const paid = provider.transcripts.filter(
      (transcript) => transcript.recording === recording && transcript.status === 'completed',
    ).length;
    const allowed = ledger.allowedPayments(recording, chunksOf.get(recording) ?? []);
    assertHolds(paid <= allowed, `${recording} is paid ${allowed} times at most (${paid})`);
  }
}

function groupById<State>(changes: Change<State>[]): Map<string, Change<State>[]> {
  const groups = new Map<string, Change<State>[]>();
  for (const change of changes) groups.set(change.id, [...(groups.get(change.id) ?? []), change]);
  return groups;
}
