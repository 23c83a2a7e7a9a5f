import type { Change, ChunkState, WindowState } from './audit.js';
import { assertChunkLifecycle, isCorrectedAgain, isRestart, recordingOfChunk } from './chunk-lifecycle.js';
import { assertConversationLifecycle } from './conversation-lifecycle.js';
import type { Experiment } from './experiment.js';
import { TOKENS_OF_ANSWER } from './in-memory-provider.js';
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
  for (const [id, changes] of groupById(history.correction_windows)) {
    assertWindowLifecycle(id, changes, experiment);
  }
  if (experiment.ledger.isDeleted) {
    await assertDeleted(experiment);
    return;
  }
  const chunks = groupById(history.chunks);
  for (const [id, changes] of chunks) assertChunkLifecycle(id, changes, experiment);
  for (const [id, changes] of groupById(history.submissions)) {
    const chunk = chunks.get(changes[0]?.became.chunk ?? '')?.[0]?.became;
    assertHolds(chunk !== undefined, `submission ${id} is of a chunk`);
    assertSubmissionLifecycle(id, changes, { provider, recording: recordingOfChunk(chunk) });
  }
  assertOneOpenSubmission(history.submissions);
  assertUniqueTranscripts(history.submissions);
  const restarts = history.chunks.filter(isRestart).length;
  const corrections = history.chunks.filter(isCorrectedAgain).length;
  experiment.ledger.restartsDone = restarts;
  experiment.ledger.correctionsDone = corrections;
  assertConversationLifecycle(history.conversations, {
    chunks: [...chunks].flatMap(([id, changes]) =>
      changes.slice(-1).map(({ became }) => ({ id, state: became })),
    ),
    // Each of them leads to another merge.
    restarts: restarts + corrections + experiment.ledger.redactions.total,
  });
  assertPayments(experiment, chunks);
  assertTokens(experiment, { chunks, windows: history.correction_windows });
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

/**
 * Asserts that the tokens of all answers are counted, except those of processes that died with
 * them, and that those of a chunk are those of its windows.
 */
function assertTokens(
  { provider, ledger, scenario }: Experiment,
  history: { chunks: Map<string, Change<ChunkState>[]>; windows: Change<WindowState>[] },
): void {
  const counted = sumOf([...history.chunks.values()].map((changes) => changes.at(-1)?.became.outputTokens));
  const paid = provider.answers.length * TOKENS_OF_ANSWER.outputTokens;
  assertHolds(counted <= paid, `no token is counted twice (${counted} of ${paid})`);
  if (ledger.crashes === 0) assertHolds(counted === paid, `every token is counted (${counted} of ${paid})`);
  if (!scenario.long) return;
  for (const [id, changes] of history.chunks) {
    // A restart removes the windows of the attempt before.
    if (changes.some(isRestart)) continue;
    const last = new Map(
      history.windows
        .filter((change) => change.id === id)
        .map(({ became }) => [became.ordinal, became.outputTokens]),
    );
    if (last.size === 0) continue;
    const ofChunk = changes.at(-1)?.became.outputTokens ?? 0;
    const ofWindows = sumOf([...last.values()]);
    assertHolds(
      ofChunk === ofWindows,
      `chunk ${id} has the tokens of its windows (${ofChunk}, ${ofWindows})`,
    );
  }
}

function sumOf(counts: readonly (number | undefined)[]): number {
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/** Asserts that nothing is left of a deleted conversation. */
async function assertDeleted({ harness, conversationId }: Experiment): Promise<void> {
  const left = await harness.change<{ table: string }>(
    `select 'conversations' as table from conversations where id = $1
     union all select 'chunks' from chunks where conversation_id = $1
     union all select 'submissions' from submissions where conversation_id = $1`,
    [conversationId],
  );
  const orphans = await harness.change(
    'select from correction_windows as w where not exists (select from chunks as c where c.id = w.chunk_id)',
    [],
  );
  const tables = [...left.map(({ table }) => table), ...orphans.map(() => 'correction_windows')];
  assertHolds(tables.length === 0, `nothing is left of a deleted conversation (${tables.join(', ')})`);
  const { endless } = await harness.takeLeftovers();
  assertHolds(endless.length === 0, `nothing is left in coordination (${endless.join(', ')})`);
}

function groupById<State>(changes: Change<State>[]): Map<string, Change<State>[]> {
  const groups = new Map<string, Change<State>[]>();
  for (const change of changes) groups.set(change.id, [...(groups.get(change.id) ?? []), change]);
  return groups;
}
