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
} from './recordings.js';

/** Transitions of src/chunks/states.ts. Only a restart leaves a settled state. */
const TRANSITIONS: Readonly<Record<ChunkStatus, readonly ChunkStatus[]>> = {
  queued: ['queued', 'transcribing', 'failed'],
  transcribing: ['correcting', 'failed', 'queued'],
  // A window that is not the last one counts its tokens.
  correcting: ['correcting', 'completed', 'failed'],
  completed: ['queued'],
  failed: ['queued'],
};

export function isSettled({ status }: Pick<ChunkState, 'status'>): boolean {
  return status === 'completed' || status === 'failed';
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
  let settlements = 0;
  let restarts = 0;
  for (const { was, became } of changes) {
    if (was !== null) assertTransition(id, was, became);
    assertText(`chunk ${id}`, { was, became, experiment });
    if (was !== null && isSettled(was)) restarts += 1;
    if (isSettled(became)) settlements += 1;
  }
  assertHolds(restarts <= experiment.ledger.restartsOf(id), `chunk ${id} starts again only when asked to`);
  assertHolds(
    settlements === restarts + 1,
    `chunk ${id} settles once (${settlements}, ${restarts} restarts)`,
  );
  const last = changes.at(-1)?.became;
  assertHolds(last !== undefined && isSettled(last), `chunk ${id} has settled (${last?.status ?? 'none'})`);
  if (last.status === 'failed') assertMayFail(id, last, experiment);
}

function assertTransition(id: string, was: ChunkState, became: ChunkState): void {
  const step = `chunk ${id}: ${was.status} -> ${became.status}`;
  assertHolds(TRANSITIONS[was.status].includes(became.status), `${step} is a transition`);
  const isNewAttempt = became.status === 'queued' && became.submission === was.submission;
  const isRestart = isSettled(was);
  const increase = isNewAttempt || isRestart ? 1 : 0;
  assertHolds(became.attempt === was.attempt + increase, `${step} counts attempts (${was.attempt})`);
}

/** Asserts that the text belongs to the recording, is kept, and not raw if anonymized. */
function assertText(
  chunk: string,
  change: { was: ChunkState | null; became: ChunkState; experiment: Experiment },
): void {
  const { was, became, experiment } = change;
  const { transcript, status } = became;
  const { raw, corrected, isPartly } = textsOf(became, experiment);
  const { anonymize } = experiment.scenario;
  const known = anonymize ? [null, corrected] : [null, raw, corrected];
  assertHolds(known.includes(transcript) || isPartly, `${chunk} has its own text (${String(transcript)})`);
  if (!anonymize && was !== null && was.transcript !== null) {
    assertHolds(transcript !== null, `${chunk} keeps its text`);
  }
  if (!anonymize && status === 'correcting')
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
    isPartly: scenario.long && !scenario.anonymize && isPartlyCorrected(recording, chunk.transcript ?? ''),
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
