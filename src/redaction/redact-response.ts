import { isRecord } from '../json/is-record.js';
import type { PiiKind } from './detector.js';
import { redactPieces, type RedactedPieces } from './redact-pieces.js';
import { isRedacted, redactSteps, type Redaction } from './redact-patterns.js';
import { finishInSteps, type Steps } from './steps.js';

/** Lists that repeat the speech in small pieces, over which one telephone number may be spread. */
const PIECEWISE_FIELDS = new Set(['words', 'utterances']);

/**
 * Fields whose strings are ids, settings or URLs of the provider, not speech. All other fields
 * count as speech, so that a field that the provider adds later is redacted, not leaked.
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
 * Redacts by patterns all speech in the provider's response. The argument is not changed. Yields to
 * the event loop, as a response may have many megabytes.
 *
 * Pieces of `words` and `utterances` that share personal data are merged into one, with a marker,
 * and the times of the first and the last. If the findings of the pieces differ from those of the
 * text in the same object, it is unknown which pieces to redact: then all such lists are emptied.
 *
 * @param response parsed JSON of any shape
 * @returns a copy of the same shape
 */
export async function redactResponse(response: unknown): Promise<unknown> {
  return finishInSteps(new ResponseRedactor().redact(response));
}

/**
 * Redacts one response. Results are cached, as texts and lists are read three times, and most words
 * occur many times. Each value is a step, as even a million numbers take long.
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

  /**
   * Whether each list of pieces has the same findings as the text in the same object, by piece and
   * joined.
   */
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
    // Utterances have words of their own, so they cannot be merged when a finding spans two of
    // them.
    const isNested = items.some((item) => isRecord(item) && Array.isArray(item.words));
    const joined = (yield* this.list(items)).counts;
    const found = isNested ? yield* this.countsOfEach(items) : joined;
    return isSame(found, counts) && isSame(joined, counts);
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
    const cached = this.texts.get(text);
    if (cached !== undefined) return cached;
    const redaction = yield* redactSteps(text);
    this.texts.set(text, redaction);
    return redaction;
  }

  private *list(items: readonly unknown[]): Steps<RedactedPieces> {
    const cached = this.lists.get(items);
    if (cached !== undefined) return cached;
    const redacted = yield* redactPieces(items);
    this.lists.set(items, redacted);
    return redacted;
  }
}

function isSame(a: Redaction['counts'], b: Redaction['counts']): boolean {
  const kinds = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<PiiKind>;
  return [...kinds].every((kind) => a[kind] === b[kind]);
}
