/** AssemblyAI's limit for one phrase. It refuses the whole request for a longer one. */
export const MAX_WORDS_PER_PHRASE = 6;
/**
 * AssemblyAI's limit for all phrases
 * (https://www.assemblyai.com/docs/pre-recorded-audio/keyterms-prompting). It may count longer
 * phrases more than once, but ignores what it cannot use, so no phrase is dropped here that might
 * help.
 */
const MAX_PHRASES = 1_000;
/** AssemblyAI's limit when `universal-2` is the only model (the same page). */
export const MAX_PHRASES_OF_UNIVERSAL_2 = 200;
/** Our limit, as AssemblyAI has none: six of the longest words. More was pasted by mistake. */
export const MAX_PHRASE_CHARACTERS = 200;

/**
 * AssemblyAI refuses requests with emoji; control, private and unassigned characters are never part
 * of a name. The two joiners are allowed: Persian and the scripts of India need them.
 */
const UNSUPPORTED =
  /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|[\u20e3\ufe0f]|(?![\u200c\u200d])\p{C}/u;

export type DropReason =
  'repeat' | 'too_many_words' | 'too_many_phrases' | 'unsupported_characters' | 'too_long';

export interface Hotwords {
  /** In the order of the prompt, at most `MAX_PHRASES`. Ready for `keyterms_prompt`. */
  phrases: string[];
  /**
   * Dropped phrases and reasons, for their author; cut to `MAX_PHRASE_CHARACTERS` and printable.
   */
  dropped: { phrase: string; reason: DropReason }[];
}

/**
 * Parses the hotwords of a transcript prompt: phrases separated by commas or line breaks.
 * Surrounding and repeated spaces are removed, empty phrases ignored. Never throws: hotwords are
 * optional, and no mistake in them may cost a transcript.
 */
export function parseHotwords(prompt: string | null): Hotwords {
  const hotwords: Hotwords = { phrases: [], dropped: [] };
  const seen = new Set<string>();
  for (const phrase of splitPhrases(prompt ?? '')) {
    const reason = seen.has(phrase.toLowerCase()) ? 'repeat' : reasonToDrop(phrase, hotwords.phrases.length);
    seen.add(phrase.toLowerCase());
    if (reason !== undefined) {
      hotwords.dropped.push({ phrase: printable(phrase), reason });
      continue;
    }
    hotwords.phrases.push(phrase);
  }
  return hotwords;
}

/** Cuts and cleans a phrase: a database cannot store a NUL or half a surrogate pair. */
function printable(phrase: string): string {
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
