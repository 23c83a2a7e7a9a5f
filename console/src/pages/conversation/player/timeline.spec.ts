import { describe, expect, it } from 'vitest';
import type { Recording } from '../../../api/types';
import { toTracks, totalMs, trackAfter, trackAt } from './timeline';

function recording(chunkId: string, startMs: number | null, gone = false): Recording {
  return {
    chunkId,
    position: 0,
    startMs,
    durationMs: 1_000,
    mimeType: null,
    bytes: null,
    url: `/api/chunks/${chunkId}/audio`,
    gone,
  };
}

describe('the timeline of recordings', () => {
  const recordings = [
    recording('c', 3_000),
    recording('a', 0),
    recording('b', 1_000, true),
    recording('unknown', null),
    recording('failed', 1_000),
  ];
  const tracks = toTracks(recordings, new Set(['a', 'b', 'c', 'unknown']));

  it('has the completed recordings in the order of their starts', () => {
    expect(tracks.map(({ chunkId }) => chunkId)).toEqual(['a', 'b', 'c']);
    expect(totalMs(tracks)).toBe(4_000);
    expect(totalMs([])).toBe(0);
  });

  it('has one recording at each time, also between two of them', () => {
    expect([0, 999, 1_000, 2_500, 3_000, 9_000].map((ms) => trackAt(tracks, ms)?.chunkId)).toEqual([
      'a',
      'a',
      'b',
      'b',
      'c',
      'c',
    ]);
    expect(trackAt([], 0)).toBeUndefined();
  });

  it('goes on with the next recording that was not removed', () => {
    const [first] = tracks;
    if (first === undefined) throw new Error('there is a first recording');
    expect(trackAfter(tracks, first)?.chunkId).toBe('c');
  });
});
