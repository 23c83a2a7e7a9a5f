/** A place in a file at which parsing can begin. */
export interface Place {
  offset: number;
  /** Time of what begins there. */
  seconds: number;
}

/** The search ends when this much is left: reading it costs no more than another probe. */
const LEFT_BYTES = 262_144;

/**
 * Finds a place shortly before a time in a file whose places carry their times.
 *
 * @param range.from first byte at which a place may be; `to`: the byte after the last one
 * @param probe finds the first place that begins at `from` or later, and before `to`
 * @returns undefined when no place was found before that time
 */
export async function bisect(
  { from, to, seconds }: { from: number; to: number; seconds: number },
  probe: (from: number, to: number) => Promise<Place | undefined>,
): Promise<Place | undefined> {
  let best: Place | undefined;
  let low = from;
  let high = to;
  while (high - low > LEFT_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const place = await probe(middle, high);
    if (place === undefined || place.seconds > seconds) {
      high = middle;
    } else {
      best = place;
      low = place.offset + 1;
    }
  }
  return best;
}
