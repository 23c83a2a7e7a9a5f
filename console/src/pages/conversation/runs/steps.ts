import type { ProcessingEvent } from '../../../api/conversation-types';

/** Part of the processing of a chunk, as a bar of the timeline. */
export interface Step {
  /** A job, or what happens between two jobs: `asleep` before a check, `waiting` before others. */
  kind: ProcessingEvent['job'] | 'asleep' | 'waiting';
  state: 'completed' | 'failed' | 'running';
  startMs: number;
  /** Null while it is running. */
  endMs: number | null;
  message: string | null;
}

/** A shorter gap between two jobs is the way through the queue, and not worth a line. */
const MIN_GAP_MS = 100;

/**
 * Makes the steps of one chunk from its processing log, with the gaps between its jobs.
 *
 * @param events oldest first
 * @param createdAt when the chunk was accepted, ISO 8601
 */
export function stepsOf(events: readonly ProcessingEvent[], createdAt: string): Step[] {
  const steps: Step[] = [];
  let lastEndMs = Date.parse(createdAt);
  for (const job of jobsOf(events)) {
    if (job.startMs - lastEndMs >= MIN_GAP_MS) {
      const kind = job.kind === 'check' ? 'asleep' : 'waiting';
      steps.push({ kind, state: 'completed', startMs: lastEndMs, endMs: job.startMs, message: null });
    }
    steps.push(job);
    lastEndMs = Math.max(lastEndMs, job.endMs ?? job.startMs);
  }
  return steps;
}

/** Ends of jobs say how long they took; a start without an end is a job that runs, or was lost. */
function jobsOf(events: readonly ProcessingEvent[]): Step[] {
  const jobs: Step[] = [];
  const running = new Map<string, number>();
  for (const { job, event, at, durationMs, message, submissionId } of events) {
    const key = `${job} ${submissionId ?? ''}`;
    const atMs = Date.parse(at);
    if (event === 'started') {
      running.set(key, atMs);
      continue;
    }
    const startMs = running.get(key) ?? atMs - (durationMs ?? 0);
    running.delete(key);
    jobs.push({ kind: job, state: event, startMs, endMs: atMs, message });
  }
  for (const [key, startMs] of running) {
    const kind = key.split(' ')[0] as ProcessingEvent['job'];
    jobs.push({ kind, state: 'running', startMs, endMs: null, message: null });
  }
  return jobs.sort((one, other) => one.startMs - other.startMs);
}

/** Position and width of a step on a timeline, in percent. */
export function spanOf(step: Step, steps: readonly Step[], nowMs: number): { left: number; width: number } {
  const firstMs = steps[0]?.startMs ?? step.startMs;
  const lastMs = Math.max(...steps.map(({ startMs, endMs }) => endMs ?? Math.max(nowMs, startMs)));
  const wholeMs = Math.max(1, lastMs - firstMs);
  const endMs = step.endMs ?? Math.max(nowMs, step.startMs);
  return {
    left: ((step.startMs - firstMs) / wholeMs) * 100,
    width: ((endMs - step.startMs) / wholeMs) * 100,
  };
}
