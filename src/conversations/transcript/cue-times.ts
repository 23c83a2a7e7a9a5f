/** A cue that has no display time yet: its words were spoken from `startMs` to `endMs`. */
export interface UntimedCue {
  startMs: number;
  endMs: number;
  /** Number of columns of its text. */
  width: number;
}

export interface CueTime {
  startMs: number;
  endMs: number;
}

/** A recording on the timeline of its conversation. */
export interface Recording<Cue extends UntimedCue> {
  startMs: number;
  endMs: number;
  cues: readonly Cue[];
}

export const MAX_CUE_MS = 7_000;

/** Shortest readable time; a cue stays this long if the next one allows it. */
const COMFORTABLE_MS = 1_000;

/**
 * Shortest time before the next cue. Players skip cues without duration, and WebVTT forbids them.
 */
const MIN_CUE_MS = 300;

/**
 * Faster than speech: only words added by a correction, with too little time for them, exceed this.
 */
const MAX_COLUMNS_PER_SECOND = 40;

/**
 * Computes when each cue is shown: while its words are spoken, if that is long enough. A cue that
 * is too close to the next delays it; at the end of a recording, the cue is shown earlier instead.
 * If a recording is too short for its cues, all get proportionally less, but at least a
 * millisecond. Every cue ends after it begins, and before the next one begins.
 *
 * @param recordings in order
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

/**
 * @returns the minimum time of each cue, at least 1 ms; the total fits into the window when
 * possible
 */
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
