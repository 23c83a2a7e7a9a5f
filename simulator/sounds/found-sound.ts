/** A stretch of a recording in which the sound of a known one was found. */
export interface FoundSound<Known> {
  readonly known: Known;
  /** Place where the known recording would begin; negative when its beginning is cut off. */
  readonly startSeconds: number;
}

/** Known sounds in a recording. */
export interface Recognition<Known> {
  /** Length of the recording; null when it is not known. */
  readonly seconds: number | null;
  /** The known recordings of which at least half was found, in their order. */
  readonly sounds: readonly FoundSound<Known>[];
}

/** Share of a recording that must be there: the overlap of two slices is less. */
export const MIN_SHARE = 0.5;
