import { isRecord } from '../../json/is-record.js';
import type { ModelProvider } from '../../providers/language-models/language-model.js';
import { unusableAnswer } from '../../providers/language-models/model-failure.js';

// Matches up to a hundred characters at a time, which is much faster for a text of such characters
// only.

/**
 * Control characters except tab, line feed and carriage return. PostgreSQL stores no NUL, and JSON
 * viewers fail on others.
 */
const CONTROLS = /(?:(?![\t\n\r\u0080-\u009F])\p{Cc}){1,100}/gu;

/** Halves of surrogate pairs, which are invalid in UTF-8 and refused by PostgreSQL's jsonb. */
const LONE_SURROGATES = /\p{Cs}{1,100}/gu;

/**
 * Longest output of a model: 65,536 tokens of some five letters, with each letter escaped as six
 * characters. Longer answers are refused unread.
 */
const MAX_ANSWER_CHARS = 2_000_000;

/** Some models wrap the answer in a Markdown code block, despite the schema. */
const FENCE = '```';
const FENCE_BEGINNING = /^```(?:json)?/i;

/**
 * Removes control characters, lone surrogates and surrounding white space, so that the text can be
 * stored.
 */
export function storable(text: string): string {
  return text.replace(CONTROLS, '').replace(LONE_SURROGATES, '').trim();
}

/**
 * Reads an answer that should be one JSON object of texts.
 *
 * @returns the named fields, each storable
 * @throws ProviderUnavailableError `invalid_answer` when it is no JSON object, or a field is
 * missing or not a text
 */
export function readTextFields<Name extends string>(
  provider: ModelProvider,
  answer: string,
  names: readonly Name[],
): Record<Name, string> {
  if (answer.length > MAX_ANSWER_CHARS) throw invalidAnswer(provider, 'is longer than any text of a model');
  const parsed = parseObject(answer);
  if (parsed === undefined) throw invalidAnswer(provider, 'is not a JSON object');
  const fields = names.map((name) => {
    const value = Object.hasOwn(parsed, name) ? parsed[name] : undefined;
    if (typeof value !== 'string') throw invalidAnswer(provider, `lacks the text "${name}"`);
    return [name, storable(value)] as const;
  });
  return Object.fromEntries(fields) as Record<Name, string>;
}

export function invalidAnswer(provider: ModelProvider, what: string): Error {
  return unusableAnswer(provider, 'invalid_answer', `sent an answer that ${what}`);
}

function parseObject(answer: string): Record<string, unknown> | undefined {
  // A raw control character is illegal in JSON, but no reason to discard a good text.
  const clean = answer.replace(CONTROLS, '').trim();
  try {
    const parsed: unknown = JSON.parse(withoutCodeFence(clean));
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the content of a code block; any other text is returned unchanged. Uses string
 * operations: a regular expression for both ends would backtrack over the surrounding white space.
 */
function withoutCodeFence(text: string): string {
  const beginning = FENCE_BEGINNING.exec(text)?.[0];
  if (beginning === undefined || !text.endsWith(FENCE)) return text;
  const inside = text.slice(beginning.length, -FENCE.length);
  const content = inside.trimStart();
  const isOnItsOwnLine = inside.slice(0, inside.length - content.length).includes('\n');
  return isOnItsOwnLine ? content : text;
}
