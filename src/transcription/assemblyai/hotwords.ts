/** AssemblyAI's limit for one phrase. A longer one makes it refuse the whole request. */
export const MAX_WORDS_PER_PHRASE = 6;
/**
 * AssemblyAI's limit for all of them. It is given as a thousand phrases, but each word of a phrase counts
 * (https://www.assemblyai.com/docs/pre-recorded-audio/keyterms-prompting), so words are what is counted here.
 */
export const MAX_WORDS = 1_000;
/** Six of the longest words there are; beyond, somebody has pasted something else. Ours: AssemblyAI names none. */
export const MAX_PHRASE_CHARACTERS = 200;

/**
 * Emoji make AssemblyAI refuse the request; control characters, private and unassigned ones are never part of a name. The two joiners
 * are: Persian and the scripts of India need them.
 */
const UNSUPPORTED =
  /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|[\u20e3\ufe0f]|(?![\u200c\u200d])\p{C}/u;

export type DropReason =
  'repeat' | 'too_many_words' | 'too_many_phrases' | 'unsupported_characters' | 'too_long';

export interface Hotwords {
  /** In the order given, at most `MAX_WORDS` words in all. Ready for `keyterms_prompt`. */
  phrases: string[];
  /** What was left out and why, for the person who wrote it; each cut to `MAX_PHRASE_CHARACTERS` and printable. */
  dropped: { phrase: string; reason: DropReason }[];
}

/**
 * Reads the hot words out of a transcript prompt: phrases between commas or line breaks. Spaces around and runs of them inside do not
 * count, nor do empty phrases. Never throws: hot words are a help, and no mistake in them may cost a transcript.
 */
export function parseHotwords(prompt: string | null): Hotwords {
  const hotwords: Hotwords = { phrases: [], dropped: [] };
  const seen = new Set<string>();
  let wordsLeft = MAX_WORDS;
  for (const phrase of splitPhrases(prompt ?? '')) {
    const words = phrase.split(' ').length;
    const reason = seen.has(phrase.toLowerCase()) ? 'repeat' : reasonToDrop(phrase, words, wordsLeft);
    seen.add(phrase.toLowerCase());
    if (reason !== undefined) {
      hotwords.dropped.push({ phrase: showable(phrase), reason });
      continue;
    }
    hotwords.phrases.push(phrase);
    wordsLeft -= words;
  }
  return hotwords;
}

/** No database keeps a NUL or half a character in a text. */
function showable(phrase: string): string {
  return phrase.slice(0, MAX_PHRASE_CHARACTERS).replace(/\p{C}/gu, '\ufffd');
}

function splitPhrases(prompt: string): string[] {
  return prompt
    .normalize('NFC')
    .split(/[,\r\n\u2028\u2029]/)
    .map((part) => part.replace(/\s+/g, ' ').trim())
    .filter((phrase) => phrase !== '');
}

function reasonToDrop(phrase: string, words: number, wordsLeft: number): DropReason | undefined {
  if (phrase.length > MAX_PHRASE_CHARACTERS) return 'too_long';
  if (UNSUPPORTED.test(phrase)) return 'unsupported_characters';
  if (words > MAX_WORDS_PER_PHRASE) return 'too_many_words';
  return words > wordsLeft ? 'too_many_phrases' : undefined;
}
