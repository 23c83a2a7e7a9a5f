/** Range of a text in UTF-16 units: `start` is inclusive, `end` exclusive. */
export interface Finding {
  start: number;
  end: number;
}
