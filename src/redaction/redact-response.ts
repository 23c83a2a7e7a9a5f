import { isRecord } from '../json/is-record.js';
import type { PiiKind } from './detector.js';
import { redactPieces, type RedactedPieces } from './redact-pieces.js';
import { isRedacted, redactSteps, type Redaction } from './redact-patterns.js';
import { finishInSteps, type Steps } from './steps.js';

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
 * Redacts by patterns whatever the provider's response carries of the speech. The argument is not changed. The event loop goes
 * on meanwhile: a response may have many megabytes.
 *
 * The pieces of `words` and `utterances` that personal data lies in become one, with a marker, and the times of the first and the
 * last. Where they do not give away exactly what the text beside them does, nobody knows which pieces are the ones: then every
 * such list is emptied.
 *
 * @param response parsed JSON of any shape
 * @returns a copy of the same shape
 */
export async function redactResponse(response: unknown): Promise<unknown> {
  return finishInSteps(new ResponseRedactor().redact(response));
}

/**
 * For one response. Texts and lists are asked for three times, and most words are said many times. Each value is a step: also
 * a million numbers take their time.
 */
class ResponseRedactor {
  private readonly texts = new Map<string, Redaction>();
  private readonly lists = new Map<readonly unknown[], RedactedPieces>();

  *redact(response: unknown): Steps<unknown> {
    const isClean = !(yield* this.holdsPersonalData(response));
    const emptyPieces = !isClean && !(yield* this.piecesAgree(response));
    return yield* this.copy(response, { emptyPieces });
  }

  private *copy(value: unknown, options: { emptyPieces: boolean }): Steps<unknown> {
    yield;
    if (typeof value === 'string') return (yield* this.text(value)).text;
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const item of value as unknown[]) items.push(yield* this.copy(item, options));
      return items;
    }
    if (!isRecord(value)) return value;
    const fields: [string, unknown][] = [];
    for (const [field, item] of Object.entries(value)) {
      fields.push([field, yield* this.copyField(field, item, options)]);
    }
    return Object.fromEntries(fields);
  }

  private *copyField(field: string, item: unknown, options: { emptyPieces: boolean }): Steps<unknown> {
    if (TECHNICAL_FIELDS.has(field)) return item;
    if (!PIECEWISE_FIELDS.has(field) || !Array.isArray(item)) return yield* this.copy(item, options);
    if (options.emptyPieces) return [];
    return yield* this.copy((yield* this.list(item)).pieces, options);
  }

  /** Whether every list of pieces gives away, piece by piece and all together, what the text of the same object does. */
  private *piecesAgree(value: unknown): Steps<boolean> {
    yield;
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (!(yield* this.piecesAgree(item))) return false;
      return true;
    }
    if (!isRecord(value)) return true;
    for (const [field, item] of Object.entries(value)) {
      if (TECHNICAL_FIELDS.has(field)) continue;
      if (PIECEWISE_FIELDS.has(field) && Array.isArray(item)) {
        if (typeof value.text !== 'string') return false;
        if (!(yield* this.listAgrees(item, yield* this.text(value.text)))) return false;
      }
      if (!(yield* this.piecesAgree(item))) return false;
    }
    return true;
  }

  private *listAgrees(items: unknown[], { counts }: Redaction): Steps<boolean> {
    // A list of utterances has texts of its own kind: one that something lies across two of cannot be mended.
    const isNested = items.some((item) => isRecord(item) && Array.isArray(item.words));
    const together = (yield* this.list(items)).counts;
    const found = isNested ? yield* this.countsOfEach(items) : together;
    return isSame(found, counts) && isSame(together, counts);
  }

  private *countsOfEach(items: readonly unknown[]): Steps<Redaction['counts']> {
    const sum: Redaction['counts'] = {};
    for (const item of items) {
      if (!isRecord(item) || typeof item.text !== 'string') continue;
      for (const [kind, count] of Object.entries((yield* this.text(item.text)).counts)) {
        sum[kind as PiiKind] = (sum[kind as PiiKind] ?? 0) + count;
      }
    }
    return sum;
  }

  private *holdsPersonalData(value: unknown): Steps<boolean> {
    yield;
    if (typeof value === 'string') return isRedacted(yield* this.text(value));
    if (Array.isArray(value)) {
      if (Object.keys((yield* this.list(value)).counts).length > 0) return true;
      for (const item of value as unknown[]) if (yield* this.holdsPersonalData(item)) return true;
      return false;
    }
    if (!isRecord(value)) return false;
    for (const [field, item] of Object.entries(value)) {
      if (!TECHNICAL_FIELDS.has(field) && (yield* this.holdsPersonalData(item))) return true;
    }
    return false;
  }

  private *text(text: string): Steps<Redaction> {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    const redaction = yield* redactSteps(text);
    this.texts.set(text, redaction);
    return redaction;
  }

  private *list(items: readonly unknown[]): Steps<RedactedPieces> {
    const known = this.lists.get(items);
    if (known !== undefined) return known;
    const redacted = yield* redactPieces(items);
    this.lists.set(items, redacted);
    return redacted;
  }
}

function isSame(a: Redaction['counts'], b: Redaction['counts']): boolean {
  const kinds = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<PiiKind>;
  return [...kinds].every((kind) => a[kind] === b[kind]);
}
