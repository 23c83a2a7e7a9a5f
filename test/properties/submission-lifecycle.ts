import type { SubmissionStatus } from '../../src/chunks/states.js';
import { submissionIdOf } from '../../src/providers/assemblyai/callback-url.js';
import type { Change, SubmissionState } from './audit.js';
import type { InMemoryProvider } from './in-memory-provider.js';
import { assertHolds } from './property-error.js';

/** Transitions of src/chunks/states.ts; an open submission is also updated without a transition. */
const TRANSITIONS: Readonly<Record<SubmissionStatus, readonly SubmissionStatus[]>> = {
  created: ['created', 'submitted', 'failed', 'abandoned'],
  submitted: ['submitted', 'completed', 'failed', 'abandoned'],
  completed: ['completed'],
  failed: ['failed'],
  abandoned: ['abandoned'],
};

function isOpen({ status }: SubmissionState): boolean {
  return status === 'created' || status === 'submitted';
}

/** @throws PropertyError */
export function assertSubmissionLifecycle(
  id: string,
  changes: Change<SubmissionState>[],
  options: { provider: InMemoryProvider; recording: string },
): void {
  for (const { was, became } of changes) {
    if (was === null) continue;
    const step = `submission ${id}: ${was.status} -> ${became.status}`;
    assertHolds(TRANSITIONS[was.status].includes(became.status), `${step} is a transition`);
    if (was.settledAt !== null) assertHolds(became.settledAt === was.settledAt, `${step}: it ends once`);
    if (was.transcriptId !== null) {
      assertHolds(became.transcriptId === was.transcriptId, `${step}: it keeps its transcript`);
    }
  }
  const last = changes.at(-1)?.became;
  assertHolds(last !== undefined && !isOpen(last), `submission ${id} has ended`);
  if (last.transcriptId !== null) assertOwnTranscript(id, last, options);
}

/** @throws PropertyError */
export function assertOneOpenSubmission(changes: Change<SubmissionState>[]): void {
  const openOf = new Map<string, string>();
  for (const { id, became } of changes) {
    const open = openOf.get(became.chunk);
    if (isOpen(became)) {
      assertHolds(open === undefined || open === id, `chunk ${became.chunk} has one open submission`);
      openOf.set(became.chunk, id);
    } else if (open === id) {
      openOf.delete(became.chunk);
    }
  }
}

/** @throws PropertyError */
export function assertUniqueTranscripts(changes: Change<SubmissionState>[]): void {
  const takenBy = new Map<string, string>();
  for (const { id, became } of changes) {
    if (became.transcriptId === null) continue;
    const taker = takenBy.get(became.transcriptId) ?? id;
    assertHolds(taker === id, `transcript ${became.transcriptId} is of one submission`);
    takenBy.set(became.transcriptId, id);
  }
}

function assertOwnTranscript(
  id: string,
  { transcriptId, strategy }: SubmissionState,
  { provider, recording }: { provider: InMemoryProvider; recording: string },
): void {
  const transcript = provider.transcripts.find((candidate) => candidate.id === transcriptId);
  assertHolds(transcript?.recording === recording, `submission ${id} has a transcript of its recording`);
  if (strategy === 'webhook') {
    assertHolds(submissionIdOf(transcript.webhookUrl) === id, `submission ${id} has its own transcript`);
  }
}
