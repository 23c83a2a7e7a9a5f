/** Names of the blocks that carry other people's words inside a prompt. */
export type FenceName = 'partial_transcript' | 'guidance' | 'hotwords' | 'transcript';

/**
 * An opening or closing tag of any of our blocks, also written loosely: a model reads `</ Guidance >` as an end, too.
 * White space is told apart by the slash: two runs of it side by side would take quadratic time.
 */
const ANY_FENCE = /<(\s*(?:\/\s*)?(?:partial_transcript|guidance|hotwords|transcript)\s*(?:\/\s*)?)>/gi;

/**
 * Puts a text between a line `<name>` and a line `</name>`. Tags of ours inside the text lose their angle brackets, so the
 * block ends where we end it and nothing in it can open another.
 */
export function fence(name: FenceName, text: string): string {
  return `<${name}>\n${text.replace(ANY_FENCE, '[$1]')}\n</${name}>`;
}

/** One line without control characters: for what must not start a line of its own, such as a hotword. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
