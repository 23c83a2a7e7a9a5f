/** A stretch of a text, in UTF-16 units: from `start` up to, not including, `end`. */
export interface Finding {
  start: number;
  end: number;
}
