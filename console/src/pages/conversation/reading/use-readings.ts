import { useEffect, useRef, useState } from 'preact/hooks';
import type { Transcript, TranscriptChunk } from '../../../api/types';
import { readChunk, type Reading } from './reading';

/** Time after which the browser gets a chance to draw, in milliseconds: half a frame. */
const SLICE_MS = 8;

/**
 * Lays out the chunks of a transcript, in slices, so that a long one does not hold up the page.
 * Chunks that did not change keep what was laid out, so that they are not rendered again.
 *
 * @returns null until the first transcript is laid out
 */
export function useReadings(transcript: Transcript | null): readonly Reading[] | null {
  const [readings, setReadings] = useState<readonly Reading[] | null>(null);
  const known = useRef(new Map<string, Reading>());

  useEffect(() => {
    if (transcript === null) return undefined;
    const controller = new AbortController();
    void layOut(transcript.chunks, known.current, controller.signal).then((laidOut) => {
      if (controller.signal.aborted) return;
      known.current = new Map(laidOut.map((reading) => [reading.chunk.id, reading]));
      setReadings(laidOut);
    });
    return () => {
      controller.abort();
    };
  }, [transcript]);
  return readings;
}

async function layOut(
  chunks: readonly TranscriptChunk[],
  known: ReadonlyMap<string, Reading>,
  signal: AbortSignal,
): Promise<Reading[]> {
  const readings: Reading[] = [];
  let sliceStart = performance.now();
  for (const chunk of chunks) {
    const before = known.get(chunk.id);
    readings.push(before !== undefined && isSame(before.chunk, chunk) ? before : readChunk(chunk));
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await nextTask();
    if (signal.aborted) break;
    sliceStart = performance.now();
  }
  return readings;
}

/** Whether two answers hold the same text at the same times, by what every change touches. */
function isSame(one: TranscriptChunk, other: TranscriptChunk): boolean {
  const [last, otherLast] = [one.words.at(-1), other.words.at(-1)];
  return (
    one.transcript === other.transcript &&
    one.offsetMs === other.offsetMs &&
    one.words.length === other.words.length &&
    last?.end === otherLast?.end &&
    JSON.stringify(one.changes) === JSON.stringify(other.changes)
  );
}

async function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
