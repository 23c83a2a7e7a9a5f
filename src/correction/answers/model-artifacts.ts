import { finish, type Steps } from '../../redaction/steps.js';

/*
 * Artifacts that a model writes despite its instructions, such as markup and time stamps. They are
 * removed where they cannot be speech, and only when the first-stage text has none of their kind.
 * Every expression takes time in proportion to the text.
 */

/** Matches JSON escapes that were escaped twice, as a backslash does not occur in speech. */
const ESCAPES = /\\(?:u([0-9a-fA-F]{4})|([nrt"\\/]))/g;
/** Pieces joined per step, which takes some milliseconds. */
const STEP_PIECES = 10_000;
const ESCAPED: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\n',
  t: ' ',
  '"': '"',
  '\\': '\\',
  '/': '/',
};

/** Matches a time stamp in brackets, such as `[00:01:23]` or `(1:02.5)`. */
const BRACKETED_TIME = /[[(]\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])] ?/g;
/**
 * Matches a time stamp before a line. As a sentence may begin with a time, it counts only when all
 * lines have one.
 */
const LEADING_TIME = /^\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})? *[-–—:]? */;
const MIN_TIMED_LINES = 3;

/** Matches the Markdown markup of bold and italic text, and of headings. */
const EMPHASIS = /\*\*|__/g;
const HEADING = /^#{1,6} /gm;

/**
 * Matches a speaker label without a name, before a line: `Speaker A:`, `SPEAKER_01:`, `Spreker 2:`.
 */
const UNNAMED_SPEAKER =
  /^(?:speaker|spreker|sprecher|sprecherin|locuteur|locutrice|hablante|parlante|voz|orador|мовець)[ _]?[a-z0-9]{0,3}: ?/gimu;

/**
 * Removes the artifacts of a model from its text.
 *
 * @param draft the first-stage text; null when there is none
 */
export function withoutModelArtifacts(text: string, draft: string | null): string {
  return finish(artifactRemovalSteps(text, draft));
}

/** Runs `withoutModelArtifacts` in steps, for texts of any length. */
export function* artifactRemovalSteps(text: string, draft: string | null): Steps<string> {
  const expected = draft ?? '';
  let clean = expected.includes('\\') ? text : yield* withoutEscapes(text);
  for (const artifact of [EMPHASIS, HEADING, BRACKETED_TIME]) {
    yield;
    if (expected.search(artifact) < 0) clean = clean.replace(artifact, '');
  }
  clean = yield* withoutLeadingTimes(clean);
  yield;
  if (expected.search(UNNAMED_SPEAKER) < 0) clean = clean.replace(UNNAMED_SPEAKER, '');
  return clean === text ? text : clean.trim();
}

/** Replaces escapes in steps, as a text may have a million of them. */
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
