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
  /** Jobs that it stands for: the parts of a recording are corrected side by side. */
  jobs: number;
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
      steps.push({
        kind,
        state: 'completed',
        startMs: lastEndMs,
        endMs: job.startMs,
        message: null,
        jobs: 1,
      });
    }
    const last = steps.at(-1);
    if (last !== undefined && isTheSame(last, job)) extend(last, job);
    else steps.push(job);
    lastEndMs = Math.max(lastEndMs, job.endMs ?? job.startMs);
  }
  return steps;
}

/** Whether two corrections follow each other like those of a recording with several parts. */
function isTheSame(step: Step, next: Step): boolean {
  const isPart = ({ kind, state, message }: Step) =>
    kind === 'correct' && state !== 'failed' && message === null;
  if (!isPart(step) || !isPart(next)) return false;
  return step.endMs === null || next.startMs - step.endMs < MIN_GAP_MS;
}

function extend(step: Step, { state, endMs }: Step): void {
  const isRunning = step.state === 'running' || state === 'running';
  step.state = isRunning ? 'running' : 'completed';
  step.endMs = isRunning ? null : Math.max(step.endMs ?? 0, endMs ?? 0);
  step.jobs += 1;
}

/** Ends of jobs say how long they took; a start without an end is a job that runs, or was lost. */
function jobsOf(events: readonly ProcessingEvent[]): Step[] {
  const jobs: Step[] = [];
  /** Starts without an end; jobs of the parts of one recording run side by side. */
  const running = new Map<string, number[]>();
  for (const { job, event, at, durationMs, message, submissionId } of events) {
    const key = `${job} ${submissionId ?? ''}`;
    const atMs = Date.parse(at);
    const starts = running.get(key) ?? [];
    running.set(key, starts);
    if (event === 'started') {
      starts.push(atMs);
      continue;
    }
    const startMs = takeNearest(starts, atMs - (durationMs ?? 0)) ?? atMs - (durationMs ?? 0);
    jobs.push({ kind: job, state: event, startMs, endMs: atMs, message, jobs: 1 });
  }
  for (const [key, starts] of running) {
    const kind = key.split(' ')[0] as ProcessingEvent['job'];
    for (const startMs of starts) {
      jobs.push({ kind, state: 'running', startMs, endMs: null, message: null, jobs: 1 });
    }
  }
  return jobs.sort((one, other) => one.startMs - other.startMs);
}

/** Takes the start out that is nearest to where the end of a job says that it began. */
function takeNearest(starts: number[], expectedMs: number): number | undefined {
  const distances = starts.map((startMs) => Math.abs(startMs - expectedMs));
  return starts.splice(distances.indexOf(Math.min(...distances)), starts.length === 0 ? 0 : 1)[0];
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
