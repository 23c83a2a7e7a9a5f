/** A text as the detectors read it, and the way back to the places in the original. */
export interface PlainText {
  text: string;
  /** Original place of a stretch of the plain text, in UTF-16 units. */
  toOriginal: (start: number, end: number) => { start: number; end: number };
}

/** Nothing to translate: printable ASCII and line feeds. */
const IS_PLAIN = /^[\n -~]*$/;

const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/u;
const LINE_END = /[\r\v\f\u0085\u2028\u2029]/;
const SPACE = /[\t\p{Zs}]/u;
const DASH = /[\p{Pd}\u2043\u2212]/u;
const DIGIT = /\p{Nd}/u;
/** Full-width and small forms of ASCII, as East Asian input methods write them: `＠`, `．`, `Ａ`. */
const WIDE_FORM = /[\uFE50-\uFE6B\uFF01-\uFF5E]/;
/** A decimal digit of any script is at most nine places behind its zero. */
const LAST_DIGIT = 9;

/**
 * Reads what looks like ASCII as ASCII: digits of every script, full-width letters and signs, all spaces and hyphens; leaves
 * out what cannot be seen (zero-width and direction marks, soft hyphens). Everything else stays as it is.
 */
export function toPlainText(original: string): PlainText {
  if (IS_PLAIN.test(original)) return { text: original, toOriginal: (start, end) => ({ start, end }) };
  const chars: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const char of original) {
    const plain = plainChar(char);
    const end = at + char.length;
    for (let unit = 0; unit < plain.length; unit += 1) {
      starts.push(at);
      ends.push(end);
    }
    if (plain !== '') chars.push(plain);
    at = end;
  }
  return {
    text: chars.join(''),
    toOriginal: (start, end) => ({ start: starts[start] ?? at, end: ends[end - 1] ?? at }),
  };
}

function plainChar(char: string): string {
  if (char === '\n' || (char >= ' ' && char <= '~')) return char;
  if (LINE_END.test(char)) return '\n';
  if (SPACE.test(char)) return ' ';
  if (DASH.test(char)) return '-';
  if (DIGIT.test(char)) return digitValue(char);
  if (WIDE_FORM.test(char)) return char.normalize('NFKC');
  return IGNORABLE.test(char) ? '' : char;
}

function digitValue(char: string): string {
  const compatible = char.normalize('NFKC');
  if (/^[0-9]$/.test(compatible)) return compatible;
  const codePoint = char.codePointAt(0) ?? 0;
  let value = 0;
  while (value < LAST_DIGIT && DIGIT.test(String.fromCodePoint(codePoint - value - 1))) value += 1;
  return String(value);
}
