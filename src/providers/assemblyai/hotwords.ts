/** AssemblyAI's limit for one phrase. A longer one makes it refuse the whole request. */
export const MAX_WORDS_PER_PHRASE = 6;
/**
 * AssemblyAI's limit for all of them (https://www.assemblyai.com/docs/pre-recorded-audio/keyterms-prompting). Longer phrases may count
 * for more than one there; what the provider cannot use it ignores, so none is left out here that might help.
 */
export const MAX_PHRASES = 1_000;
/** Its limit where `universal-2` is the only model left (the same page). */
export const MAX_PHRASES_OF_UNIVERSAL_2 = 200;
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
  /** In the order given, at most `MAX_PHRASES`. Ready for `keyterms_prompt`. */
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
  for (const phrase of splitPhrases(prompt ?? '')) {
    const reason = seen.has(phrase.toLowerCase()) ? 'repeat' : reasonToDrop(phrase, hotwords.phrases.length);
    seen.add(phrase.toLowerCase());
    if (reason !== undefined) {
      hotwords.dropped.push({ phrase: showable(phrase), reason });
      continue;
    }
    hotwords.phrases.push(phrase);
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

function reasonToDrop(phrase: string, kept: number): DropReason | undefined {
  if (phrase.length > MAX_PHRASE_CHARACTERS) return 'too_long';
  if (UNSUPPORTED.test(phrase)) return 'unsupported_characters';
  if (phrase.split(' ').length > MAX_WORDS_PER_PHRASE) return 'too_many_words';
  return kept >= MAX_PHRASES ? 'too_many_phrases' : undefined;
}
