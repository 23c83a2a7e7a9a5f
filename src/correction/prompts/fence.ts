/** Names of the blocks that hold untrusted text inside a prompt. */
export type FenceName =
  | 'partial_transcript'
  | 'guidance'
  | 'hotwords'
  | 'transcript'
  | 'spoken_before'
  | 'spoken_after'
  | 'part_summary';

/**
 * Matches an opening or closing tag of any of our blocks, also in a loose spelling: a model reads
 * `</ Guidance >` as an end, too. The slash separates the runs of white space, as two adjacent runs
 * would take quadratic time.
 */
const ANY_FENCE =
  /<(\s*(?:\/\s*)?(?:partial_transcript|guidance|hotwords|transcript|spoken_before|spoken_after|part_summary)\s*(?:\/\s*)?)>/gi;

/**
 * Puts a text between a line `<name>` and a line `</name>`. Our tags inside the text lose their
 * angle brackets, so that the text can neither end its block nor open another.
 */
export function fence(name: FenceName, text: string): string {
  return `<${name}>\n${text.replace(ANY_FENCE, '[$1]')}\n</${name}>`;
}

/**
 * Joins a text to one line without control characters, for values that must not start a new line,
 * such as a hotword.
 */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
