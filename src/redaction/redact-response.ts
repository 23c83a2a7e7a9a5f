import type { PiiKind } from './detector.js';
import { redactPieces } from './redact-pieces.js';
import { isRedacted, redactPatterns, type Redaction } from './redact-patterns.js';

/** Lists that hold the speech once more in small pieces, where one telephone number may be spread over several. */
const PIECEWISE_FIELDS = new Set(['words', 'utterances']);

/**
 * Fields whose strings are ids, settings or addresses of the provider's, not speech. Everything else is taken for speech: a
 * field that the provider adds tomorrow is redacted, not leaked.
 */
const TECHNICAL_FIELDS = new Set([
  'id',
  'status',
  'audio_url',
  'webhook_url',
  'webhook_auth_header_name',
  'language_code',
  'language_codes',
  'language_model',
  'acoustic_model',
  'speech_model',
  'speech_models',
  'speech_model_used',
]);

/**
 * Redacts by patterns whatever the provider's response carries of the speech. The argument is not changed.
 *
 * The pieces of `words` and `utterances` that personal data lies in become one, with a marker, and the times of the first and the
 * last. Where they do not give away exactly what the text beside them does, nobody knows which pieces are the ones: then every
 * such list is emptied.
 *
 * @param response parsed JSON of any shape
 * @returns a copy of the same shape
 */
export function redactResponse(response: unknown): unknown {
  const isClean = !holdsPersonalData(response);
  return copy(response, { emptyPieces: !isClean && !piecesAgree(response) });
}

function copy(value: unknown, options: { emptyPieces: boolean }): unknown {
  if (typeof value === 'string') return redactPatterns(value).text;
  if (Array.isArray(value)) return value.map((item) => copy(item, options));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, item]: [string, unknown]) => {
      if (TECHNICAL_FIELDS.has(field)) return [field, item];
      if (!PIECEWISE_FIELDS.has(field) || !Array.isArray(item)) return [field, copy(item, options)];
      if (options.emptyPieces) return [field, []];
      return [field, copy(redactPieces(item).pieces, options)];
    }),
  );
}

/** Whether every list of pieces gives away, piece by piece and all together, what the text of the same object does. */
function piecesAgree(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(piecesAgree);
  if (!isObject(value)) return true;
  return Object.entries(value).every(([field, item]: [string, unknown]) => {
    if (TECHNICAL_FIELDS.has(field)) return true;
    if (!PIECEWISE_FIELDS.has(field) || !Array.isArray(item)) return piecesAgree(item);
    return (
      typeof value.text === 'string' && listAgrees(item, redactPatterns(value.text)) && piecesAgree(item)
    );
  });
}

function listAgrees(items: unknown[], { counts }: Redaction): boolean {
  // A list of utterances has texts of its own kind: one that something lies across two of cannot be mended.
  const isNested = items.some((item) => isObject(item) && Array.isArray(item.words));
  const found = isNested ? countsOfEach(items) : redactPieces(items).counts;
  const together = isNested ? redactPieces(items).counts : found;
  return isSame(found, counts) && isSame(together, counts);
}

function countsOfEach(items: readonly unknown[]): Redaction['counts'] {
  const sum: Redaction['counts'] = {};
  for (const item of items) {
    if (!isObject(item) || typeof item.text !== 'string') continue;
    for (const [kind, count] of Object.entries(redactPatterns(item.text).counts)) {
      sum[kind as PiiKind] = (sum[kind as PiiKind] ?? 0) + count;
    }
  }
  return sum;
}

function isSame(a: Redaction['counts'], b: Redaction['counts']): boolean {
  const kinds = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<PiiKind>;
  return [...kinds].every((kind) => a[kind] === b[kind]);
}

function holdsPersonalData(value: unknown): boolean {
  if (typeof value === 'string') return isRedacted(redactPatterns(value));
  if (Array.isArray(value)) {
    return Object.keys(redactPieces(value).counts).length > 0 || value.some(holdsPersonalData);
  }
  if (!isObject(value)) return false;
  return Object.entries(value).some(
    ([field, item]: [string, unknown]) => !TECHNICAL_FIELDS.has(field) && holdsPersonalData(item),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
