/** A cue before it is known when it can be shown: its words were said from `startMs` to `endMs`. */
export interface UntimedCue {
  startMs: number;
  endMs: number;
  /** Columns that its text fills. */
  width: number;
}

export interface CueTime {
  startMs: number;
  endMs: number;
}

/** A recording's part of the timeline of its conversation. */
export interface Recording<Cue extends UntimedCue> {
  startMs: number;
  endMs: number;
  cues: readonly Cue[];
}

export const MAX_CUE_MS = 7_000;

/** Shorter than this nobody reads a cue: it stays as long as the next one leaves it. */
const COMFORTABLE_MS = 1_000;

/** A cue keeps the next one waiting for this long at least. Players skip cues that take no time, and WebVTT forbids them. */
const MIN_CUE_MS = 300;

/** Faster than anybody speaks: only words that a correction added where there was no time for them come to more. */
const MAX_COLUMNS_PER_SECOND = 40;

/**
 * When each cue is shown: when its words were said, where those leave it enough time. One that is too close to the next
 * makes that wait; at the end of a recording it comes sooner instead. Where a whole recording is too short for its cues,
 * all get less in proportion, at least a millisecond each. Every cue ends after it begins, and before the next one begins.
 *
 * @param recordings in their order
 */
export function timeCues<Cue extends UntimedCue>(
  recordings: readonly Recording<Cue>[],
): { cue: Cue; time: CueTime }[] {
  const timed: { cue: Cue; startMs: number; leastMs: number }[] = [];
  let freeFromMs = 0;
  for (const { cues, startMs, endMs } of recordings) {
    const window = { startMs: Math.max(startMs, freeFromMs), endMs };
    const leastMs = leastTimes(cues, window.endMs - window.startMs);
    const starts = startTimes(cues, leastMs, window);
    for (const [index, cue] of cues.entries()) {
      timed.push({ cue, startMs: starts[index] ?? cue.startMs, leastMs: leastMs[index] ?? 1 });
    }
    const last = timed.at(-1);
    if (last !== undefined) freeFromMs = last.startMs + last.leastMs;
  }
  const recordedMs = recordings.at(-1)?.endMs ?? 0;
  return timed.map(({ cue, startMs, leastMs }, index) => {
    const shownMs = Math.max(cue.endMs - startMs, COMFORTABLE_MS, leastMs);
    const latestMs = timed[index + 1]?.startMs ?? Math.max(recordedMs, startMs + leastMs);
    return { cue, time: { startMs, endMs: Math.min(startMs + Math.min(shownMs, MAX_CUE_MS), latestMs) } };
  });
}

/** @returns for each cue how long it is shown at least, a millisecond or more; together no longer than the window if it has that many */
function leastTimes(cues: readonly UntimedCue[], windowMs: number): number[] {
  const wanted = cues.map(({ width }) =>
    Math.max(MIN_CUE_MS, Math.ceil((width / MAX_COLUMNS_PER_SECOND) * 1_000)),
  );
  const total = wanted.reduce((sum, ms) => sum + ms, 0);
  if (total <= windowMs) return wanted;
  const share = Math.max(0, windowMs - cues.length) / (total - cues.length);
  return wanted.map((ms) => 1 + Math.floor((ms - 1) * share));
}

function startTimes(
  cues: readonly UntimedCue[],
  leastMs: readonly number[],
  window: { startMs: number; endMs: number },
): number[] {
  let earliestMs = window.startMs;
  const starts = cues.map(({ startMs }, index) => {
    const start = Math.max(startMs, earliestMs);
    earliestMs = start + (leastMs[index] ?? 1);
    return start;
  });
  let latestMs = Math.max(window.endMs, window.startMs + leastMs.reduce((sum, ms) => sum + ms, 0));
  for (let index = starts.length - 1; index >= 0; index -= 1) {
    latestMs -= leastMs[index] ?? 1;
    latestMs = Math.min(starts[index] ?? latestMs, latestMs);
    starts[index] = latestMs;
  }
  return starts;
}
