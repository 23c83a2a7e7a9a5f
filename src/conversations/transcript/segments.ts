/**
 * UTF-16 units that are passed to a segmenter. V8 before 12.4 (Node 20 and 21) copies the whole
 * text for each segment: 80,000 units take seconds, 200,000 minutes
 * (https://issues.chromium.org/issues/326176949).
 */
const SLICE_UNITS = 256;

/** Segments at the end of a slice that are found again: ICU's dictionaries look two words ahead. */
const OPEN_SEGMENTS = 3;

/**
 * Splits a text like `Intl.Segmenter`, in linear time. Segments above 256 UTF-16 units, which no
 * script has, are split.
 */
export function* segmentsOf(segmenter: Intl.Segmenter, text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const slice = text.slice(start, start + SLICE_UNITS);
    const segments = Array.from(segmenter.segment(slice), ({ segment }) => segment);
    const isLast = start + slice.length === text.length;
    for (const segment of isLast ? segments : closedSegments(segments, slice)) {
      yield segment;
      start += segment.length;
    }
  }
}

function closedSegments(segments: readonly string[], slice: string): string[] {
  if (segments.length > OPEN_SEGMENTS) return segments.slice(0, -OPEN_SEGMENTS);
  const endsWithinCharacter = /[\uD800-\uDBFF]$/.test(slice);
  return [endsWithinCharacter ? slice.slice(0, -1) : slice];
}
