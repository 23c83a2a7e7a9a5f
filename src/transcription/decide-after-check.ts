import type { ChunkFailure } from '../chunks/chunk-transitions.js';
import type { Reading } from '../providers/assemblyai/read-transcript.js';
import type { CheckTask } from '../chunks/checks.repository.js';

/** Verdict on a submission after one check. */
export type Verdict =
  | { kind: 'sleep' }
  | { kind: 'record'; reading: Extract<Reading, { kind: 'text' }> }
  | ({ kind: 'resubmit' } & ChunkFailure)
  | ({ kind: 'fail' } & ChunkFailure);

/**
 * Decides what to do after the provider has answered.
 *
 * @param timeoutMs TRANSCRIPTION_TIMEOUT_MS: an older submission is given up, unless this very
 *   check finds its text
 */
export function decideAfterCheck(
  task: Pick<CheckTask, 'ageMs'>,
  reading: Reading,
  timeoutMs: number,
): Verdict {
  switch (reading.kind) {
    case 'text':
      return { kind: 'record', reading };
    case 'failed':
      return {
        kind: reading.canResubmit && task.ageMs <= timeoutMs ? 'resubmit' : 'fail',
        error: reading.message,
        errorCode: reading.reason,
      };
    case 'running':
      return task.ageMs > timeoutMs ? { kind: 'fail', ...overdue(timeoutMs) } : { kind: 'sleep' };
  }
}

export function overdue(timeoutMs: number, lastFault?: string): ChunkFailure {
  const base = `AssemblyAI did not finish the transcript within ${Math.round(timeoutMs / 1_000)} s; try the chunk again`;
  const error = lastFault === undefined ? `${base}.` : `${base}. The last check failed: ${lastFault}`;
  return { error, errorCode: 'timeout' };
}
