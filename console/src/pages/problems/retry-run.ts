import { signal, type Signal } from '@preact/signals';
import {
  isCorrectable,
  loadChunk,
  loadProblemIds,
  retryChunk,
  retryFailedWith,
  type ProblemKey,
} from '../../api/problems';
import { ApiError } from '../../api/client';
import { onChange } from '../../live/changes';
import { failureText } from '../../parts/announcer';

/** Pause between two readings of chunks whose end the stream has not reported. */
const CHECK_MS = 3_000;
/** Chunks that are read at once; the stream reports most ends. */
const CHECKED_AT_ONCE = 20;
/** Requests that start chunks one by one. */
const SENT_AT_ONCE = 4;

/** The chunk is gone, or cannot be started again. */
const REFUSALS: readonly number[] = [404, 409, 410];

/** Progress of chunks that are tried again together. */
export interface RetryState {
  problem: ProblemKey;
  /** Null until the chunks are known. */
  total: number | null;
  completed: number;
  failed: number;
  /** Why it could not be begun. */
  failure: string | null;
}

/** All runs of this tab; they go on while other pages are shown. */
export const retryRuns = signal<readonly Signal<RetryState>[]>([]);

/** @returns whether nothing more will happen in it */
export function hasEnded({ total, completed, failed, failure }: RetryState): boolean {
  return failure !== null || (total !== null && completed + failed >= total);
}

/** Takes a run from the screen. */
export function dismiss(run: Signal<RetryState>): void {
  retryRuns.value = retryRuns.peek().filter((one) => one !== run);
}

/** Tries all chunks of a problem again, and follows them to their ends. */
export async function retryAll(problem: ProblemKey): Promise<void> {
  await follow(
    problem,
    () => loadProblemIds(problem),
    (run) => (isCorrectable(problem) ? retryEach(run, problem) : retryFailedWith(problem.code)),
  );
}

/** Tries one chunk again, and follows it to its end. */
export async function retryOne(problem: ProblemKey, id: string): Promise<void> {
  await follow(
    problem,
    () => Promise.resolve([id]),
    () => retryChunk(id, problem),
  );
}

type End = 'completed' | 'failed';

interface Run {
  pending: Set<string>;
  settle: (id: string, end: End) => void;
}

async function follow(
  problem: ProblemKey,
  loadIds: () => Promise<string[]>,
  start: (run: Run) => Promise<void>,
): Promise<void> {
  const state = signal<RetryState>({ problem, total: null, completed: 0, failed: 0, failure: null });
  retryRuns.value = [...retryRuns.peek(), state];
  const pending = new Set<string>();
  const settle = (id: string, end: End) => {
    if (pending.delete(id)) state.value = { ...state.peek(), [end]: state.peek()[end] + 1 };
  };
  const check = async (id: string) => {
    const end = await endOf(id, problem);
    if (end !== undefined) settle(id, end);
  };
  // Before the start, as a chunk may end before its request is answered.
  const stop = onChange((change) => {
    if (change === 'reload' || change.chunkId === undefined || !pending.has(change.chunkId)) return;
    if (change.status === 'completed' || change.status === 'failed') void check(change.chunkId);
  });
  try {
    for (const id of await loadIds()) pending.add(id);
    state.value = { ...state.peek(), total: pending.size };
    await start({ pending, settle });
    while (pending.size > 0) {
      await pause(CHECK_MS);
      await Promise.all([...pending].slice(0, CHECKED_AT_ONCE).map(check));
    }
  } catch (error) {
    state.value = { ...state.peek(), failure: failureText(error) };
  } finally {
    stop();
  }
}

/**
 * Reads whether a chunk has come to its end. When the correction was missing, a text that is still
 * not corrected, or not all of it, is a failure.
 *
 * @returns undefined when it has not, or cannot be read now
 */
async function endOf(id: string, { kind }: ProblemKey): Promise<End | undefined> {
  try {
    const { status, modelUse, correction } = await loadChunk(id);
    if (status === 'completed') {
      const { total, corrected } = correction?.windows ?? { total: 0, corrected: 0 };
      const isCorrected = modelUse.model !== null && corrected === total;
      return kind === 'failed' || isCorrected ? 'completed' : 'failed';
    }
    return status === 'failed' ? 'failed' : undefined;
  } catch (error) {
    return isRefused(error) ? 'failed' : undefined;
  }
}

/** Starts chunks one by one; one that cannot be started, as its recording is gone, has failed. */
async function retryEach({ pending, settle }: Run, problem: ProblemKey): Promise<void> {
  const waiting = [...pending];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await retryChunk(id, problem);
      } catch (error) {
        if (!isRefused(error)) throw error;
        settle(id, 'failed');
      }
    }
  };
  await Promise.all(Array.from({ length: SENT_AT_ONCE }, work));
}

function isRefused(error: unknown): boolean {
  return error instanceof ApiError && REFUSALS.includes(error.status);
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
