import type { Recording } from '../../../api/types';

/** A recording whose place on the common timeline is known. */
export interface Track {
  chunkId: string;
  url: string;
  startMs: number;
  /** Null while the length is unknown. */
  durationMs: number | null;
  isGone: boolean;
}

/**
 * Orders the recordings by their start.
 *
 * @param completed ids of the completed chunks; the others take no time on the timeline
 */
export function toTracks(recordings: readonly Recording[], completed: ReadonlySet<string>): Track[] {
  return recordings
    .flatMap(({ chunkId, url, startMs, durationMs, gone }) =>
      startMs === null || !completed.has(chunkId)
        ? []
        : [{ chunkId, url, startMs, durationMs, isGone: gone }],
    )
    .sort((one, other) => one.startMs - other.startMs);
}

/** End of the last recording. */
export function totalMs(tracks: readonly Track[]): number {
  const last = tracks.at(-1);
  return last === undefined ? 0 : last.startMs + (last.durationMs ?? 0);
}

/** Finds the recording at a time; a time between two of them belongs to the earlier one. */
export function trackAt(tracks: readonly Track[], ms: number): Track | undefined {
  return tracks.findLast(({ startMs }) => startMs <= ms) ?? tracks[0];
}

/** Finds the next recording that can be played. */
export function trackAfter(tracks: readonly Track[], track: Track): Track | undefined {
  return tracks.slice(tracks.indexOf(track) + 1).find(({ isGone }) => !isGone);
}
