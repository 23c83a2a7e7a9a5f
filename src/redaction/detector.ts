import type { Finding } from './finding.js';
import type { Source } from './source.js';

/** Kinds of personal data that detectors find; each has a marker `<redacted_...>`. */
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
 * A detector is a pure function: it neither keeps state nor throws, takes time linear in the text,
 * and ignores existing markers. Its findings are complete: they leave no remains such as an IBAN's
 * last two digits. Findings may overlap each other and those of other detectors; they are joined
 * afterwards.
 */
export interface Detector {
  readonly kind: PiiKind;
  readonly find: (source: Source) => Finding[];
}
