import type { WordPiece } from './split-words.js';

const SENTENCE_END = /[.!?…。！？]["'”’»)\]」』]*$/u;
const UNSPACED_SENTENCE_END = /[。！？]["'”’»)\]」』]*$/u;

/**
 * Whether a sentence ends with a word.
 *
 * @param nextGap gap before the next word: without a space, "3.5" would end a sentence
 */
export function endsSentence(text: string, nextGap: WordPiece['gap']): boolean {
  return (nextGap === '' ? UNSPACED_SENTENCE_END : SENTENCE_END).test(text);
}
