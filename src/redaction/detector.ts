import type { Finding } from './finding.js';
import type { Source } from './source.js';

/** What a detector can find; each becomes a marker `<redacted_...>`. */
export const PII_KINDS = [
  'email',
  'iban',
  'card',
  'phone',
  'bsn',
  'id',
  'postcode',
  'plate',
  'handle',
] as const;
export type PiiKind = (typeof PII_KINDS)[number];

/**
 * Finds personal data of one kind, in one spelling or numbering plan.
 *
 * A detector is a pure function: it neither keeps state nor throws, takes time linear in the text, and leaves existing
 * markers alone. It finds things whole: what it reports holds no leftovers such as an IBAN's last two digits. Findings may
 * overlap each other and those of other detectors; joining them is not its business.
 */
export interface Detector {
  readonly kind: PiiKind;
  readonly find: (source: Source) => Finding[];
}
