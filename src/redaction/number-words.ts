/**
 * Number words in spoken telephone and account numbers: digits, numbers below a hundred, and
 * hundreds in languages that speak numbers in groups of three (Spanish, Italian). English, Dutch,
 * German, French, Spanish, Italian. Keys are folded.
 */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  en: [
    'zero oh o nought naught',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine niner',
  ],
  nl: ['nul', 'een', 'twee', 'drie', 'vier', 'vijf', 'zes', 'zeven zeuven', 'acht', 'negen'],
  de: ['null', 'eins ein', 'zwei zwo', 'drei', 'vier', 'funf fuenf', 'sechs', 'sieben', 'acht', 'neun'],
  fr: ['zero', 'un une', 'deux', 'trois', 'quatre', 'cinq', 'six', 'sept', 'huit', 'neuf'],
  es: ['cero', 'uno un una', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve'],
  it: ['zero', 'uno un una', 'due', 'tre', 'quattro', 'cinque', 'sei', 'sette', 'otto', 'nove'],
};

/** Words from ten to nineteen; in French, the last three have two words. */
const TEENS = [
  'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
  'tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien',
  'zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn',
  'dix onze douze treize quatorze quinze seize',
  'diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve',
  'dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove',
];

const TENS: Readonly<Record<string, string>> = {
  en: 'twenty thirty forty fifty sixty seventy eighty ninety',
  nl: 'twintig dertig veertig vijftig zestig zeventig tachtig negentig',
  de: 'zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig',
  fr: 'vingt trente quarante cinquante soixante septante huitante nonante',
  es: 'veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa',
  it: 'venti trenta quaranta cinquanta sessanta settanta ottanta novanta',
};

const SPANISH_HUNDREDS =
  'ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos';

const REPEATED: Readonly<Record<string, number>> = {
  double: 2,
  dubbel: 2,
  dubbele: 2,
  doppel: 2,
  doppelte: 2,
  doble: 2,
  doppio: 2,
  doppia: 2,
  triple: 3,
  treble: 3,
  driedubbel: 3,
  dreifach: 3,
  triplo: 3,
  tripla: 3,
};

/**
 * Number words that are also articles or other common words, and count as numbers only next to
 * another spoken number.
 */
const ARTICLES = new Set([
  'een',
  'ein',
  'un',
  'une',
  'uno',
  'una',
  'one',
  'o',
  'oh',
  'once',
  'onze',
  'due',
  'sei',
]);

/** Words between units and the following tens. */
const UNIT_JOINTS = new Set(['en', 'und']);

const VALUES = buildValues();

export interface NumberWords {
  digits: string;
  /** Number of words read. */
  words: number;
}

const ASCII = /^[ -~]*$/;

/** Returns a word in lower case without accents, with `ß` as two letters. */
export function fold(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase();
  return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
}

/** Whether a number may begin with this word; excludes most words quickly. */
export function mayBeginNumber(word: string): boolean {
  const folded = fold(word);
  return VALUES.has(folded) || Object.hasOwn(REPEATED, folded);
}

export function isArticle(folded: string): boolean {
  return ARTICLES.has(folded);
}

/**
 * Reads a number from the beginning of a list of words.
 *
 * @param words the folded words that may belong to one number; they may include written digits
 * @returns the digits as they would be written, or undefined when there is no number
 */
export function readNumber(words: readonly string[]): NumberWords | undefined {
  return readRepeated(words) ?? readComposed(words);
}

/** Reads a repeated digit: "double four". */
function readRepeated([first = '', second = '']: readonly string[]): NumberWords | undefined {
  const times = Object.hasOwn(REPEATED, first) ? REPEATED[first] : undefined;
  const digit = /^[0-9]$/.test(second) ? Number(second) : VALUES.get(second);
  if (times === undefined || digit === undefined || digit > 9) return undefined;
  return { digits: String(digit).repeat(times), words: 2 };
}

function readComposed(words: readonly string[]): NumberWords | undefined {
  const [first = '', ...rest] = words;
  const value = VALUES.get(first);
  if (value === undefined) return undefined;
  const alone = { digits: String(value), words: 1 };
  if (value < 10) return (value > 0 ? readAfterUnit(value, rest) : undefined) ?? alone;
  // "dix sept"
  if (first === 'dix') return withTail(value, rest, { words: 1, above: 6 });
  if (value >= 100) return value % 100 === 0 ? withHundreds(value, rest, 1) : alone;
  if (value < 20 || value % 10 !== 0) return alone;
  return withTail(value, rest, { words: 1, below: first === 'soixante' ? 20 : 10 });
}

/** Reads the rest of "quatre vingt dix", "four hundred", and "vier en dertig" (34). */
function readAfterUnit(value: number, rest: readonly string[]): NumberWords | undefined {
  const [second = '', third = ''] = rest;
  if (value === 4 && /^vingts?$/.test(second)) return withTail(80, rest.slice(1), { words: 2, below: 20 });
  if (/^(?:hundred|cents?)$/.test(second)) return withHundreds(value * 100, rest.slice(1), 2);
  const tens = UNIT_JOINTS.has(second) ? (VALUES.get(third) ?? 0) : 0;
  if (tens < 20 || tens >= 100 || tens % 10 !== 0) return undefined;
  return { digits: String(tens + value), words: 3 };
}

function withTail(
  value: number,
  rest: readonly string[],
  limits: { words: number; below?: number; above?: number },
): NumberWords {
  const { words, below = 10, above = 0 } = limits;
  const joint = rest[0] === 'et' || rest[0] === 'y' ? 1 : 0;
  const tail = VALUES.get(rest[joint] ?? '') ?? 0;
  if (tail <= above || tail >= below) return { digits: String(value), words };
  // "soixante dix huit"
  const deep = tail === 10 && below === 20 ? readNumber(rest.slice(joint, joint + 2)) : undefined;
  const added =
    deep === undefined ? { value: tail, words: 1 } : { value: Number(deep.digits), words: deep.words };
  return { digits: String(value + added.value), words: words + joint + added.words };
}

function withHundreds(value: number, rest: readonly string[], words: number): NumberWords {
  const tail = readNumber(rest);
  if (tail === undefined || Number(tail.digits) === 0 || Number(tail.digits) >= 100)
    return { digits: String(value), words };
  return { digits: String(value + Number(tail.digits)), words: words + tail.words };
}

function buildValues(): Map<string, number> {
  const values = new Map<string, number>();
  const add = (words: string, value: number): void => {
    for (const word of words.split(' ')) if (!values.has(word)) values.set(word, value);
  };
  for (const units of Object.values(UNITS))
    units.forEach((words, value) => {
      add(words, value);
    });
  for (const words of TEENS)
    words.split(' ').forEach((word, index) => {
      add(word, index + 10);
    });
  for (const words of Object.values(TENS))
    words.split(' ').forEach((word, index) => {
      add(word, (index + 2) * 10);
    });
  add('octante quatrevingt', 80);
  addGermanic(add);
  addRomance(add);
  return values;
}

type Add = (words: string, value: number) => void;

/** Adds numbers of one word with units first: vierendertig, vierunddreissig. */
function addGermanic(add: Add): void {
  const joints: Readonly<Record<string, string>> = { nl: 'en', de: 'und' };
  for (const [language, joint] of Object.entries(joints)) {
    (TENS[language] ?? '').split(' ').forEach((tens, index) => {
      (UNITS[language] ?? []).forEach((words, unit) => {
        if (unit > 0) for (const word of words.split(' ')) add(word + joint + tens, (index + 2) * 10 + unit);
      });
    });
  }
}

function addRomance(add: Add): void {
  const spanish = (UNITS.es ?? []).map((words) => words.split(' '));
  spanish.forEach((words, unit) => {
    if (unit > 0) for (const word of words) add(`veinti${word}`, 20 + unit);
  });
  SPANISH_HUNDREDS.split(' ').forEach((word, index) => {
    add(word, (index + 1) * 100);
  });
  add('cien', 100);
  const belowHundred = italianBelowHundred();
  for (const [word, value] of belowHundred) add(word, value);
  const units = (UNITS.it ?? []).map((words) => words.split(' ')[0] ?? '');
  units.forEach((unit, hundreds) => {
    if (hundreds === 0) return;
    const stem = hundreds === 1 ? 'cento' : `${unit}cento`;
    add(stem, hundreds * 100);
    for (const [word, value] of belowHundred) add(stem + word, hundreds * 100 + value);
  });
}

/** Builds Italian numbers of one word; the tens lose their vowel before "uno" and "otto". */
function italianBelowHundred(): [string, number][] {
  const units = (UNITS.it ?? []).map((words) => words.split(' ')[0] ?? '');
  const found = units.slice(1).map((word, index): [string, number] => [word, index + 1]);
  (TEENS.at(-1) ?? '').split(' ').forEach((word, index) => found.push([word, index + 10]));
  (TENS.it ?? '').split(' ').forEach((tens, index) => {
    const value = (index + 2) * 10;
    found.push([tens, value]);
    units.slice(1).forEach((unit, unitIndex) => {
      const stem = /^[uo]/.test(unit) ? tens.slice(0, -1) : tens;
      found.push([stem + unit, value + unitIndex + 1]);
    });
  });
  return found;
}
