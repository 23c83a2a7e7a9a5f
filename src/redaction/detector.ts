/** What a detector can find; each becomes a marker `<redacted_...>`. */
export type PiiKind = 'email' | 'iban' | 'card' | 'phone' | 'bsn' | 'handle';

/** A stretch of a text, in UTF-16 units: from `start` up to, not including, `end`. */
export interface Finding {
  start: number;
  end: number;
}

/**
 * Finds personal data of one kind, in one spelling or numbering plan.
 *
 * A detector is a pure function: it neither keeps state nor throws, takes time linear in the text, and leaves existing
 * markers alone. It finds things whole: what it reports holds no leftovers such as an IBAN's last two digits. Findings may
 * overlap each other and those of other detectors; joining them is not its business.
 */
export interface Detector {
  readonly kind: PiiKind;
  readonly find: (text: string) => Finding[];
}
