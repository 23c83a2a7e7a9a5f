import { fold, isArticle, mayBeginNumber, type NumberWords, readNumber } from './number-words.js';

/** A sequence of letters, or one of digits. */
export interface Token {
  text: string;
  start: number;
  end: number;
  isDigits: boolean;
}

/** Maximum number of words of one number, such as "quatre vingt dix sept". */
const MAX_NUMBER_WORDS = 5;

/** Matches text between the words of one number: "forty-two", "vingt et un". */
const WITHIN_NUMBER = /^(?: |-| - )$/;

export function tokenize(text: string): Token[] {
  return Array.from(text.matchAll(/[0-9]+|[\p{L}\p{M}]+/gu), (match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
    isDigits: match[0].charAt(0) <= '9',
  }));
}

/** Returns the text between the previous token and this one. */
export function gapBefore(text: string, tokens: readonly Token[], index: number): string {
  const token = tokens[index];
  const previous = tokens[index - 1];
  if (token === undefined || previous === undefined) return '';
  return text.slice(previous.end, token.start);
}

/**
 * Reads the spoken number that begins with this token, if any. A word that is also an article
 * counts only when the word before or after it is a number as well.
 *
 * @param followsNumber whether a spoken number ends right before the token
 */
export function spokenNumber(
  text: string,
  tokens: readonly Token[],
  { index, followsNumber }: { index: number; followsNumber: boolean },
): NumberWords | undefined {
  if (!mayBeginNumber(tokens[index]?.text ?? '')) return undefined;
  const words = joinedWords(text, tokens, index);
  const number = readNumber(words);
  if (number === undefined || !isArticle(words[0] ?? '') || number.words > 1 || followsNumber) return number;
  const next = tokens[index + 1];
  if (next === undefined || next.isDigits || !/^[ ,-]{1,2}$/.test(gapBefore(text, tokens, index + 1)))
    return undefined;
  return readNumber(joinedWords(text, tokens, index + 1)) === undefined ? undefined : number;
}

function joinedWords(text: string, tokens: readonly Token[], index: number): string[] {
  const words: string[] = [];
  for (let next = index; next < index + MAX_NUMBER_WORDS; next += 1) {
    const token = tokens[next];
    if (token === undefined || (next > index && !WITHIN_NUMBER.test(gapBefore(text, tokens, next)))) break;
    words.push(token.isDigits ? token.text : fold(token.text));
    // Written digits can only follow "double".
    if (token.isDigits) break;
    if (next === index && readNumber(words) === undefined && !mayNeedMore(words[0] ?? '')) break;
  }
  return words;
}

/** Whether the word is a number only together with the next one. */
function mayNeedMore(word: string): boolean {
  return readNumber([word, '1']) !== undefined;
}
