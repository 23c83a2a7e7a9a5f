import { finish, type Steps } from '../../redaction/steps.js';

/*
 * Marks that a model writes although it is told not to. They are removed where they cannot be speech,
 * and only when the first-stage text has nothing of the kind: a reader would take them for words.
 * Every expression takes time in proportion to the text.
 */

/** Escapes of JSON that were escaped twice: nobody says a backslash. */
const ESCAPES = /\\(?:u([0-9a-fA-F]{4})|([nrt"\\/]))/g;
/** Put together at once: some milliseconds. */
const STEP_PIECES = 10_000;
const ESCAPED: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\n',
  t: ' ',
  '"': '"',
  '\\': '\\',
  '/': '/',
};

/** A time in brackets, such as `[00:01:23]` or `(1:02.5)`. */
const BRACKETED_TIME = /[[(]\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])] ?/g;
/** A time before a line. A sentence may begin with one: it counts only when all lines do. */
const LEADING_TIME = /^\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})? *[-–—:]? */;
const MIN_TIMED_LINES = 3;

/** Bold and italic text of Markdown, and its headings. */
const EMPHASIS = /\*\*|__/g;
const HEADING = /^#{1,6} /gm;

/** A speaker without a name, before a line: `Speaker A:`, `SPEAKER_01:`, `Spreker 2:`. */
const UNNAMED_SPEAKER =
  /^(?:speaker|spreker|sprecher|sprecherin|locuteur|locutrice|hablante|parlante|voz|orador|мовець)[ _]?[a-z0-9]{0,3}: ?/gimu;

/**
 * Removes the marks of a model from its text.
 *
 * @param draft the first-stage text; null where there is none
 */
export function withoutModelMarks(text: string, draft: string | null): string {
  return finish(unmarkingSteps(text, draft));
}

/** The steps of `withoutModelMarks`, for texts of any length. */
export function* unmarkingSteps(text: string, draft: string | null): Steps<string> {
  const heard = draft ?? '';
  let clean = heard.includes('\\') ? text : yield* withoutEscapes(text);
  for (const mark of [EMPHASIS, HEADING, BRACKETED_TIME]) {
    yield;
    if (heard.search(mark) < 0) clean = clean.replace(mark, '');
  }
  clean = yield* withoutLeadingTimes(clean);
  yield;
  if (heard.search(UNNAMED_SPEAKER) < 0) clean = clean.replace(UNNAMED_SPEAKER, '');
  return clean === text ? text : clean.trim();
}

/** One by one: a text may have a million. */
function* withoutEscapes(text: string): Steps<string> {
  const pieces: string[] = [];
  let end = 0;
  for (const match of text.matchAll(ESCAPES)) {
    pieces.push(text.slice(end, match.index), unescaped(match[1], match[2]));
    end = match.index + match[0].length;
    if (pieces.length % STEP_PIECES === 0) yield;
  }
  return pieces.join('') + text.slice(end);
}

function unescaped(code: string | undefined, letter: string | undefined): string {
  return code === undefined ? (ESCAPED[letter ?? ''] ?? '') : String.fromCharCode(parseInt(code, 16));
}

function* withoutLeadingTimes(text: string): Steps<string> {
  const lines = text.split('\n');
  yield;
  const spoken = lines.filter((line) => line.trim() !== '');
  yield;
  if (spoken.length < MIN_TIMED_LINES || !spoken.every((line) => LEADING_TIME.test(line))) return text;
  return lines.map((line) => line.replace(LEADING_TIME, '')).join('\n');
}
