import type { ChunkStatus } from '../../src/chunks/states.js';
import type { Change, ChunkState } from './audit.js';
import type { Experiment } from './experiment.js';
import { assertHolds } from './property-error.js';
import {
  correctedTextOf,
  correctedWindowsOf,
  isPartlyCorrected,
  recordingOf,
  recordingOfKey,
  textOf,
  withoutNumbers,
} from './recordings.js';

/**
 * Transitions of src/chunks/states.ts. Only a restart, or a correction that is made again, leaves a
 * settled state.
 */
const TRANSITIONS: Readonly<Record<ChunkStatus, readonly ChunkStatus[]>> = {
  queued: ['queued', 'transcribing', 'failed'],
  transcribing: ['correcting', 'failed', 'queued'],
  // A window that is not the last one counts its tokens.
  correcting: ['correcting', 'completed', 'failed'],
  completed: ['queued', 'correcting'],
  failed: ['queued', 'correcting'],
};

function isSettled({ status }: Pick<ChunkState, 'status'>): boolean {
  return status === 'completed' || status === 'failed';
}

export function isRestart({ was, became }: Change<ChunkState>): boolean {
  return was !== null && isSettled(was) && became.status === 'queued';
}

export function isCorrectedAgain({ was, became }: Change<ChunkState>): boolean {
  return was !== null && isSettled(was) && became.status === 'correcting';
}

/**
 * Whether the chunk has made no step: an answer that came too late is paid for, or the text is
 * redacted from now on.
 */
function isSideNote({ was, became }: Change<ChunkState>): boolean {
  const isSameText = was?.revision === became.revision && was.redactPii === became.redactPii;
  const isSameStep =
    was?.status === became.status &&
    was.completedAt === became.completedAt &&
    was.submission === became.submission &&
    was.attempt === became.attempt;
  return isSameStep && (isSameText || (became.redactPii === true && was.redactPii !== true));
}

export function recordingOfChunk({ audioKey, audioUrl }: ChunkState): string {
  return audioKey === null ? recordingOf(audioUrl ?? '') : recordingOfKey(audioKey);
}

/** @throws PropertyError */
export function assertChunkLifecycle(
  id: string,
  changes: Change<ChunkState>[],
  experiment: Experiment,
): void {
  const { ledger } = experiment;
  let settlements = 0;
  let restarts = 0;
  let corrections = 0;
  for (const change of changes) {
    if (isSideNote(change)) continue;
    const { was, became } = change;
    if (was !== null) assertTransition(id, was, became);
    if (isRestart(change)) restarts += 1;
    if (isCorrectedAgain(change)) corrections += 1;
    assertText({ id, was, became, experiment, mayHaveNewerText: corrections > 0 });
    if (became.status === 'completed') assertWindows(id, became, experiment);
    if (isSettled(became)) settlements += 1;
  }
  assertHolds(restarts <= ledger.restartsOf(id), `chunk ${id} starts again only when asked to`);
  assertHolds(
    corrections <= ledger.correctionsAgain.of(id),
    `chunk ${id} is corrected again only when asked to`,
  );
  const again = corrections === 0 ? '' : `, ${corrections} times corrected again`;
  assertHolds(
    settlements === restarts + corrections + 1,
    `chunk ${id} settles once (${settlements}, ${restarts} restarts${again})`,
  );
  const last = changes.at(-1)?.became;
  assertHolds(last !== undefined && isSettled(last), `chunk ${id} has settled (${last?.status ?? 'none'})`);
  if (last.status === 'failed') assertMayFail(id, last, experiment);
}

function assertTransition(id: string, was: ChunkState, became: ChunkState): void {
  const step = `chunk ${id}: ${was.status} -> ${became.status}`;
  assertHolds(TRANSITIONS[was.status].includes(became.status), `${step} is a transition`);
  const isNewAttempt = became.status === 'queued' && became.submission === was.submission;
  const startsAgain = isSettled(was) && became.status === 'queued';
  const increase = isNewAttempt || startsAgain ? 1 : 0;
  assertHolds(became.attempt === was.attempt + increase, `${step} counts attempts (${was.attempt})`);
}

interface ChunkText {
  id: string;
  was: ChunkState | null;
  became: ChunkState;
  experiment: Experiment;
  /** While it is corrected again, a chunk has its previous text. */
  mayHaveNewerText: boolean;
}

/** Asserts that a completed chunk has the text of every window, in order, and nothing else. */
function assertWindows(
  id: string,
  { transcript, pendingWindows, windowTexts }: ChunkState,
  { scenario }: Experiment,
): void {
  assertHolds(pendingWindows === 0, `chunk ${id} is completed when no window is pending (${pendingWindows})`);
  if (!scenario.long) return;
  assertHolds(
    transcript === windowTexts,
    `chunk ${id} has the texts of its windows in order (${String(transcript)}; ${String(windowTexts)})`,
  );
}

/** Asserts that the text belongs to the recording, is kept, and not raw if anonymized. */
function assertText({ id, was, became, experiment, mayHaveNewerText }: ChunkText): void {
  const chunk = `chunk ${id}`;
  const { status } = became;
  const transcript = became.transcript === null ? null : withoutNumbers(became.transcript);
  const { raw, corrected, isPartly } = textsOf(became, experiment);
  const { anonymize } = experiment.scenario;
  const known = anonymize ? [null, corrected] : [null, raw, corrected];
  assertHolds(known.includes(transcript) || isPartly, `${chunk} has its own text (${String(transcript)})`);
  const mayLoseText = anonymize || experiment.ledger.redactions.of(id) > 0;
  if (!mayLoseText && was !== null && was.transcript !== null) {
    assertHolds(transcript !== null, `${chunk} keeps its text`);
  }
  if (!anonymize && status === 'correcting' && !mayHaveNewerText)
    assertHolds(transcript === raw, `${chunk} has its first-stage text`);
  if (status === 'completed') {
    const isUncorrected = (transcript === raw || isPartly) && experiment.ledger.mayCorrectionFail;
    assertHolds(transcript === corrected || isUncorrected, `${chunk} is completed with a text`);
  }
}

function textsOf(chunk: ChunkState, { scenario }: Experiment) {
  const recording = recordingOfChunk(chunk);
  return {
    raw: textOf(recording),
    corrected: scenario.long ? correctedWindowsOf(recording) : correctedTextOf(recording),
    isPartly:
      scenario.long &&
      !scenario.anonymize &&
      isPartlyCorrected(recording, withoutNumbers(chunk.transcript ?? '')),
  };
}

function assertMayFail(id: string, last: ChunkState, { ledger, provider, scenario }: Experiment): void {
  const recording = recordingOfChunk(last);
  const saidNoSpeech = provider.transcripts.some(
    (transcript) => transcript.recording === recording && transcript.status === 'error',
  );
  const mayBeWithheld = scenario.anonymize && (ledger.mayCorrectionFail || ledger.mayCheckFail);
  const isAccountedFor =
    saidNoSpeech || mayBeWithheld || ledger.refused.has(recording) || ledger.overdue.has(id);
  assertHolds(isAccountedFor, `chunk ${id} fails for a reason that the provider, or time, gave`);
}
