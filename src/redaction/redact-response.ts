import { isRedacted, redactPatterns } from './redact-patterns.js';

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
 * When anything is found, be it only across the words of a list, every `words` and `utterances` list is emptied: their pieces
 * cannot be redacted one by one.
 *
 * @param response parsed JSON of any shape
 * @returns a copy of the same shape
 */
export function redactResponse(response: unknown): unknown {
  return copy(response, holdsPersonalData(response));
}

function copy(value: unknown, emptyPieces: boolean): unknown {
  if (typeof value === 'string') return redactPatterns(value).text;
  if (Array.isArray(value)) return value.map((item) => copy(item, emptyPieces));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, item]: [string, unknown]) => {
      if (TECHNICAL_FIELDS.has(field)) return [field, item];
      const isEmptied = emptyPieces && PIECEWISE_FIELDS.has(field) && Array.isArray(item);
      return [field, isEmptied ? [] : copy(item, emptyPieces)];
    }),
  );
}

function holdsPersonalData(value: unknown): boolean {
  if (typeof value === 'string') return isRedacted(redactPatterns(value));
  if (Array.isArray(value)) {
    return isRedacted(redactPatterns(joinTexts(value))) || value.some(holdsPersonalData);
  }
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([field, item]: [string, unknown]) => !TECHNICAL_FIELDS.has(field) && holdsPersonalData(item),
  );
}

/** What the pieces of a list say when they are read one after the other. */
function joinTexts(items: unknown[]): string {
  return items.map(textOf).join(' ');
}

function textOf(item: unknown): string {
  if (typeof item === 'string') return item;
  if (typeof item !== 'object' || item === null || !('text' in item)) return '';
  return typeof item.text === 'string' ? item.text : '';
}
