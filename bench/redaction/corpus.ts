import { PII_KINDS, type PiiKind } from '../../src/redaction/detector.js';

/** Personal data that a corpus says is in a text, at its place there, in UTF-16 units. */
export interface LabelledData {
  kind: PiiKind;
  start: number;
  end: number;
}

export interface LabelledCase {
  text: string;
  data: readonly LabelledData[];
  /** File and line, for a person. */
  place: string;
}

/** A line of a corpus cannot be read; the message says which and why. */
export class CorpusError extends Error {
  readonly code = 'unreadable_corpus';
  override readonly name = 'CorpusError';
}

/** Other names that corpora give the kinds, without their `_`, `-` and spaces. */
const ALIASES: Readonly<Record<string, PiiKind>> = {
  mail: 'email',
  emailaddress: 'email',
  telephone: 'phone',
  phonenumber: 'phone',
  mobile: 'phone',
  creditcard: 'card',
  creditcardnumber: 'card',
  cardnumber: 'card',
  paymentcard: 'card',
  ibancode: 'iban',
  bankaccount: 'iban',
  burgerservicenummer: 'bsn',
  nationalid: 'id',
  ssn: 'id',
  nino: 'id',
  nir: 'id',
  dni: 'id',
  nie: 'id',
  insz: 'id',
  nhs: 'id',
  steuerid: 'id',
  codicefiscale: 'id',
  passport: 'id',
  postalcode: 'postcode',
  zip: 'postcode',
  zipcode: 'postcode',
  licenseplate: 'plate',
  licenceplate: 'plate',
  numberplate: 'plate',
  kenteken: 'plate',
  username: 'handle',
};

/** `[[phone|06 12345678]]` */
const LABEL = /\[\[(?<kind>[a-zA-Z_ -]{1,32})\|(?<value>(?:[^\]]|\](?!\]))*)\]\]/g;

/**
 * Reads a corpus: a JSON object a line, see docs/redaction.md. Labels of kinds that patterns do not look for, such as names, are
 * left out.
 *
 * @param name of the file, for messages
 * @throws CorpusError at the first line that is no case
 */
export function parseCorpus(content: string, name: string): LabelledCase[] {
  return content
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), place: `${name}:${index + 1}` }))
    .filter(({ line }) => line !== '')
    .map(({ line, place }) => parseCase(line, place));
}

function parseCase(line: string, place: string): LabelledCase {
  const value = parseJson(line, place);
  if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string')
    throw new CorpusError(`${place}: a case is a JSON object with a "text"`);
  const { text, data } = readMarkup(value.text, place);
  if ('pii' in value) data.push(...listed(value.pii, text, place));
  return { text, data: data.toSorted((a, b) => a.start - b.start), place };
}

function parseJson(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) throw new CorpusError(`${place}: not JSON: ${error.message}`);
    throw error;
  }
}

function readMarkup(marked: string, place: string): { text: string; data: LabelledData[] } {
  const data: LabelledData[] = [];
  let text = '';
  let position = 0;
  for (const match of marked.matchAll(LABEL)) {
    const { kind = '', value = '' } = match.groups ?? {};
    text += marked.slice(position, match.index);
    add(data, { kind, start: text.length, end: text.length + value.length }, place);
    text += value;
    position = match.index + match[0].length;
  }
  return { text: text + marked.slice(position), data };
}

/** `{kind, value}`, each value searched behind the one before, or `{kind, start, end}`. */
function listed(pii: unknown, text: string, place: string): LabelledData[] {
  if (!Array.isArray(pii)) throw new CorpusError(`${place}: "pii" is a list`);
  const data: LabelledData[] = [];
  let from = 0;
  for (const item of pii as unknown[]) {
    const label = item as { kind?: unknown; value?: unknown; start?: unknown; end?: unknown } | null;
    if (typeof label?.kind !== 'string') throw new CorpusError(`${place}: a label has a "kind"`);
    const span = spanOf(label, text, from);
    if (span === undefined)
      throw new CorpusError(`${place}: a label has a "value" of the text, or a "start" and an "end" in it`);
    add(data, { kind: label.kind, ...span }, place);
    from = span.end;
  }
  return data;
}

function spanOf(
  label: { value?: unknown; start?: unknown; end?: unknown },
  text: string,
  from: number,
): { start: number; end: number } | undefined {
  const { value, start, end } = label;
  if (typeof start === 'number' && typeof end === 'number')
    return start >= 0 && start < end && end <= text.length ? { start, end } : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  const at = text.indexOf(value, from);
  return at === -1 ? undefined : { start: at, end: at + value.length };
}

function add(data: LabelledData[], label: { kind: string; start: number; end: number }, place: string): void {
  const name = label.kind.toLowerCase().replace(/[_ -]/g, '');
  const kind =
    PII_KINDS.find((one) => one === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined);
  if (kind !== undefined) data.push({ ...label, kind });
  else if (name === '') throw new CorpusError(`${place}: a label has an empty kind`);
}
