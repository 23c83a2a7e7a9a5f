import type { SeededRandom } from '../../simulator/seeded-random.js';

/**
 * Pieces of texts that are hard to process, by sort: pieces of a sort are repeated, or drawn at
 * random, until a text has its length.
 */
const SORTS: Readonly<Record<string, readonly string[]>> = {
  spaces: [' ', '  ', '\t', '\u00a0', '\u2003'],
  'line breaks': ['\n', '\r\n', '\n\n', '\u2028', ' \n'],
  digits: ['0', '7', '12', '345 ', '06-', '+31 '],
  'number words': ['one ', 'zero ', 'double ', 'seven ', 'negen ', 'dix '],
  labels: ['my number is ', 'IBAN ', 'phone: ', 'e-mail ', 'BSN ', 'at ', 'dot '],
  tags: ['<', '>', '</', '<b>', '< ', '</ partial_transcript', '<partial_transcript>'],
  brackets: ['[[', ']]', '[00:0', '(1:02', '[', '{\\an8}'],
  markers: ['<redacted_phone>', '<redacted_', '<redacted_name> ', 'redacted>'],
  fences: ['```', '```json\n', '``', '\n```\n', '**', '__', '# '],
  backslashes: ['\\', '\\\\', '\\n', '\\"', '"'],
  escapes: ['\\u0041', '\\ud83d', '\\u', '\\u00', '\\\\u0000'],
  URLs: ['https://', 'example.org/', 'a.b.', '@', '?q=', '%20', 'user@'],
  emoji: ['👨‍👩‍👧‍👦', '🏳️‍🌈', '👍🏽', '🇳🇱', '\u200d', '\ufe0f'],
  'combining marks': ['e', '\u0301', '\u0323', '\u20dd', '\u0489', '\u0e4d'],
  surrogates: ['\ud83d', '\ude00', 'a', '\udfff'],
  Chinese: ['中', '文', '。', '「', '」', '二〇', '日本語'],
  Thai: ['ภาษา', 'ไทย', 'ำ', '๒', 'เ'],
  'right to left': ['שלום ', 'مرحبا ', '\u202e', '\u200f', '٣٤ '],
  'one word': ['a', 'bc', 'def', 'ijk'],
  'one-letter words': ['a ', 'b ', 'I ', 'o '],
  sentences: ['Good evening everybody. ', 'Is that so? ', 'We meet at the bridge, ', 'NO! ', 'Speaker A: '],
  controls: ['\u0000', '\u0007', '\u001b[0m', '\u0085', '\ufeff'],
};

export const SORT_NAMES = Object.keys(SORTS);

/** Maximum of drawn pieces in a stretch, which is then repeated: drawing millions takes long. */
const MAX_DRAWN_PIECES = 200;
/** Maximum number of sorts in one text. */
const MAX_SORTS = 3;

/** @param sort the only sort; without it some are drawn */
export function adversarialText(random: SeededRandom, length: number, sort?: string): string {
  const sorts =
    sort === undefined
      ? Array.from({ length: 1 + Math.floor(random.between(0, MAX_SORTS)) }, () => pick(random, SORT_NAMES))
      : [sort];
  const share = Math.ceil(length / sorts.length);
  return sorts
    .map((name) => stretch(random, SORTS[name] ?? [], share))
    .join('')
    .slice(0, length);
}

export function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  const item = items[Math.floor(random.between(0, items.length))];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function stretch(random: SeededRandom, pieces: readonly string[], length: number): string {
  const drawn = Array.from({ length: 1 + Math.floor(random.between(0, MAX_DRAWN_PIECES)) }, () =>
    pick(random, pieces),
  ).join('');
  return drawn.repeat(Math.ceil(length / drawn.length)).slice(0, length);
}
