import { PII_KINDS, type PiiKind } from '../../src/redaction/detector.js';

/** Personal data that a corpus labels in a text, with its position in UTF-16 units. */
export interface LabeledData {
  kind: PiiKind;
  start: number;
  end: number;
}

export interface LabeledCase {
  text: string;
  data: readonly LabeledData[];
  /** File and line, for messages. */
  location: string;
}

/** A line of a corpus cannot be parsed; the message has the line and the reason. */
export class CorpusError extends Error {
  readonly code = 'unreadable_corpus';
  override readonly name = 'CorpusError';
}

/** Other names of the kinds in corpora, without `_`, `-` and spaces. */
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

/** Matches `[[phone|06 12345678]]`. */
const LABEL = /\[\[(?<kind>[a-zA-Z_ -]{1,32})\|(?<value>(?:[^\]]|\](?!\]))*)\]\]/g;

/**
 * Parses a corpus: one JSON object per line, see docs/redaction.md. Labels of kinds without a
 * pattern, such as names, are left out.
 *
 * @param name of the file, for messages
 * @throws CorpusError at the first invalid line
 */
export function parseCorpus(content: string, name: string): LabeledCase[] {
  return content
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), location: `${name}:${index + 1}` }))
    .filter(({ line }) => line !== '')
    .map(({ line, location }) => parseCase(line, location));
}

function parseCase(line: string, location: string): LabeledCase {
  const value = parseJson(line, location);
  if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string')
    throw new CorpusError(`${location}: a case is a JSON object with a "text"`);
  const { text, data } = readMarkup(value.text, location);
  if ('pii' in value) data.push(...listed(value.pii, text, location));
  return { text, data: data.toSorted((a, b) => a.start - b.start), location };
}

function parseJson(line: string, location: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) throw new CorpusError(`${location}: not JSON: ${error.message}`);
    throw error;
  }
}

function readMarkup(marked: string, location: string): { text: string; data: LabeledData[] } {
  const data: LabeledData[] = [];
  let text = '';
  let position = 0;
  for (const match of marked.matchAll(LABEL)) {
    const { kind = '', value = '' } = match.groups ?? {};
    text += marked.slice(position, match.index);
    add(data, { kind, start: text.length, end: text.length + value.length }, location);
    text += value;
    position = match.index + match[0].length;
  }
  return { text: text + marked.slice(position), data };
}

/** Parses labels `{kind, value}`, searched in their order, or `{kind, start, end}`. */
function listed(pii: unknown, text: string, location: string): LabeledData[] {
  if (!Array.isArray(pii)) throw new CorpusError(`${location}: "pii" is a list`);
  const data: LabeledData[] = [];
  let from = 0;
  for (const item of pii as unknown[]) {
    const label = item as { kind?: unknown; value?: unknown; start?: unknown; end?: unknown } | null;
    if (typeof label?.kind !== 'string') throw new CorpusError(`${location}: a label has a "kind"`);
    const span = spanOf(label, text, from);
    if (span === undefined)
      throw new CorpusError(
        `${location}: a label has a "value" of the text, or a "start" and an "end" in it`,
      );
    add(data, { kind: label.kind, ...span }, location);
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

function add(
  data: LabeledData[],
  label: { kind: string; start: number; end: number },
  location: string,
): void {
  const name = label.kind.toLowerCase().replace(/[_ -]/g, '');
  const kind =
    PII_KINDS.find((one) => one === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined);
  if (kind !== undefined) data.push({ ...label, kind });
  else if (name === '') throw new CorpusError(`${location}: a label has an empty kind`);
}
