import { francAll } from 'franc-min';
import { finish, type Steps } from '../../redaction/steps.js';
import { comparedWords, coverageOf, longestLoop, repeatedShare } from './compared-words.js';

/**
 * Errors of language models in a transcript, detected by comparing answer and draft. A refused
 * answer is requested again, and when no answer is good, the first-stage text is used: a false
 * alarm costs tries and a correction, never a text. Each threshold therefore errs on the side of
 * the draft.
 *
 * - `too_short`: a summary, with far fewer letters than the draft
 * - `too_long`: invented text, with far more letters than the draft, or than can be spoken in the
 *   recording's duration
 * - `other_language`: a translation
 * - `prompt_leaked`: a text that repeats the instructions, or the material that they fence
 * - `repetitive`: a text that repeats phrases which the draft does not repeat
 * - `words_lost`: a different text, in which most of the draft's words are missing
 * - `speaker_names`: a text with a speaker's name before each line, which cannot be verified
 */
export type RefusalReason =
  | 'too_short'
  | 'too_long'
  | 'other_language'
  | 'prompt_leaked'
  | 'repetitive'
  | 'words_lost'
  | 'speaker_names';

/**
 * A draft with fewer letters is too short to compare with: removing half of three words may be
 * right.
 */
export const MIN_COMPARED_CHARS = 200;
/**
 * Repeated passages and invented sentences are rightly removed, but a correction that loses half of
 * a text is a summary. Redaction does not lower the share, as a marker is mostly longer than the
 * text it replaces.
 */
export const MIN_SHARE_OF_DRAFT = 0.5;
/** Missed speech is rightly added, but three times the draft is a different text. */
const MAX_SHARE_OF_DRAFT = 3;
/** However short the draft, an answer of this length may be speech that the first stage missed. */
export const ALWAYS_ALLOWED_CHARS = 1_000;
/** The fastest speakers reach 25 letters per second in bursts; nobody sustains 30. */
export const MAX_CHARS_PER_SECOND = 30;
/**
 * Allowed growth of a draft that is itself too long for its recording, for punctuation and missed
 * words.
 */
const GROWTH_OF_LONG_DRAFT = 1.2;
/**
 * Allowance for recordings of a second or two: rounding, and markers that are longer than the
 * speech they replace.
 */
const DURATION_SLACK_CHARS = 200;
/** Shorter texts have too few trigrams to distinguish languages. */
const MIN_LANGUAGE_CHARS = 200;
/**
 * Scores are relative to the most likely language. Measured on texts of 220 to 260 letters: a text
 * scores at most 0.92 in the nearest other language (Ukrainian as Russian; Dutch 0.90 as German,
 * English 0.83 as Dutch), and a text in two languages 0.93 or more in both.
 */
const FOREIGN_SCORE = 0.93;
/**
 * A translation keeps names and cognates: a quarter of the words between Portuguese and Spanish,
 * none between most languages. A text that keeps more was not translated, whatever its most likely
 * language: its draft was in two languages as well.
 */
const KEPT_WORDS_SHARE = 0.4;
/**
 * Shorter words are similar in many languages. Longer words are split: a run of millions of letters
 * would exhaust the stack of the regular expression.
 */
const COMPARED_WORDS = /\p{L}{4,100}/gu;
/** Punctuation and spaces; bounded for the same reason. */
const PUNCTUATION = /[^\p{L}\p{N}]{1,100}/gu;

/**
 * More than the output of a model: 65,536 tokens of some five letters. Longer texts are compared by
 * their beginnings, so that no text blocks the process.
 */
const MAX_COMPARED_CHARS = 400_000;
/** Length of a passage that repeats one phrase; singing or counting yields shorter passages. */
const MIN_LOOP_WORDS = 30;
/** Allowed growth of the draft's own loop, as a sung chorus is in the draft as well. */
const LOOP_GROWTH = MAX_SHARE_OF_DRAFT;
/** A passage of this many words recurs by chance only in prayers and forms. */
const PASSAGE_WORDS = 6;
/** A shorter text is not checked for repeated passages. */
const MIN_PASSAGE_TEXT_WORDS = 60;
/** Allowed share of passages that occurred before, in addition to the draft's own share. */
const MAX_REPEATED_SHARE = 0.4;
/**
 * Measured on texts of eight languages with recognition errors: with four of ten words wrong, the
 * correct text contains at least 0.4 of the draft's words. Two texts on different subjects share
 * less than 0.2.
 */
const MIN_COVERAGE = 0.3;
/** Fewer lines that begin with a name may be speech: "Note: ..." */
const MIN_NAMED_LINES = 3;
/** Matches a name before a line: one to three words with a capital letter, and a colon. */
const NAMED_LINE = /^\p{Lu}[\p{L}\p{M}\p{N}.'-]{0,30}(?: \p{Lu}?[\p{L}\p{M}\p{N}.'-]{0,30}){0,2}:\s/u;

/** A sentence of this length does not occur in speech by chance. */
export const MIN_LEAK_CHARS = 40;

/**
 * Most corrections share few instructions: one for each language, and the guidance of each project.
 */
const MAX_CACHED_INSTRUCTIONS = 100;
const sentenceCache = new Map<string, readonly string[]>();

/** Matches tags of our blocks, which do not occur in speech unless somebody reads them aloud. */
const FENCE_TAG = /<\/?\s*(?:partial_transcript|guidance|hotwords|spoken_before|spoken_after)\s*\/?>/i;

export interface GuardedAnswer {
  answer: string;
  /** The first-stage text; null when the model transcribed the recording alone. */
  draft: string | null;
  /** Duration of the recording, as the first stage measured it; undefined when unknown. */
  durationSeconds?: number;
  /** Instructions to the model: the system instruction, and the project's guidance. */
  instructions: readonly string[];
}

/** @returns why the answer is refused; undefined when it is accepted */
export function refusalOf(guarded: GuardedAnswer): RefusalReason | undefined {
  return finish(refusalSteps(guarded));
}

/** Runs `refusalOf` in steps, for answers of any length. */
export function* refusalSteps(guarded: GuardedAnswer): Steps<RefusalReason | undefined> {
  const { answer } = guarded;
  const draft = guarded.draft ?? '';
  if (yield* leaks(answer, draft, guarded.instructions)) return 'prompt_leaked';
  yield;
  if (isTooLong(guarded, draft)) return 'too_long';
  if (draft.length >= MIN_COMPARED_CHARS && answer.length < draft.length * MIN_SHARE_OF_DRAFT)
    return 'too_short';
  if (yield* isTranslated(answer, draft)) return 'other_language';
  yield;
  if ((yield* namesSpeakers(answer)) && !(yield* namesSpeakers(draft))) return 'speaker_names';
  yield;
  const answerWords = comparedWords(answer.slice(0, MAX_COMPARED_CHARS));
  yield;
  const draftWords = comparedWords(draft.slice(0, MAX_COMPARED_CHARS));
  yield;
  if (yield* isRepetitive(answerWords, draftWords)) return 'repetitive';
  yield;
  if (draft.length < MIN_COMPARED_CHARS) return undefined;
  return (yield* coverageOf(draftWords, answerWords)) < MIN_COVERAGE ? 'words_lost' : undefined;
}

function* isRepetitive(answer: readonly string[], draft: readonly string[]): Steps<boolean> {
  const loop = yield* longestLoop(answer);
  if (loop >= MIN_LOOP_WORDS && loop > (yield* longestLoop(draft)) * LOOP_GROWTH) return true;
  if (answer.length < MIN_PASSAGE_TEXT_WORDS) return false;
  const repeated = yield* repeatedShare(answer, PASSAGE_WORDS);
  return repeated > MAX_REPEATED_SHARE + (yield* repeatedShare(draft, PASSAGE_WORDS));
}

/** Whether most lines begin with a speaker's name, which the model is instructed not to write. */
function* namesSpeakers(text: string): Steps<boolean> {
  const lines = text.split('\n');
  yield;
  const spoken = lines.filter((line) => line.trim() !== '');
  yield;
  const named = spoken.filter((line) => NAMED_LINE.test(line)).length;
  return named >= MIN_NAMED_LINES && named > spoken.length / 2;
}

function isTooLong({ answer, durationSeconds }: GuardedAnswer, draft: string): boolean {
  const { length } = answer;
  if (
    durationSeconds !== undefined &&
    length > durationSeconds * MAX_CHARS_PER_SECOND + DURATION_SLACK_CHARS
  ) {
    // The draft was spoken in that time, even if it exceeds the assumed speed of speech.
    if (length > draft.length * GROWTH_OF_LONG_DRAFT) return true;
  }
  if (draft.length < MIN_COMPARED_CHARS) return false;
  return length > Math.max(draft.length * MAX_SHARE_OF_DRAFT, ALWAYS_ALLOWED_CHARS);
}

function* isTranslated(answer: string, draft: string): Steps<boolean> {
  if (draft.length < MIN_LANGUAGE_CHARS || answer.length < MIN_LANGUAGE_CHARS) return false;
  const draftWords = wordsOf(draft);
  yield;
  if (keptWordsShare(draftWords, wordsOf(answer)) >= KEPT_WORDS_SHARE) return false;
  yield;
  const draftScores = languageScores(draft);
  yield;
  const answerScores = languageScores(answer);
  const [draftLanguage] = draftScores.keys();
  const [answerLanguage] = answerScores.keys();
  if (draftLanguage === undefined || answerLanguage === undefined || draftLanguage === answerLanguage)
    return false;
  return (
    (answerScores.get(draftLanguage) ?? 0) < FOREIGN_SCORE &&
    (draftScores.get(answerLanguage) ?? 0) < FOREIGN_SCORE
  );
}

function keptWordsShare(draftWords: ReadonlySet<string>, answerWords: ReadonlySet<string>): number {
  const kept = [...draftWords].filter((word) => answerWords.has(word));
  return kept.length / Math.max(draftWords.size, 1);
}

function wordsOf(text: string): Set<string> {
  return new Set(text.slice(0, MAX_COMPARED_CHARS).toLowerCase().match(COMPARED_WORDS) ?? []);
}

/**
 * Returns scores by language, the most likely first; empty when undetermined. Redaction markers are
 * ignored.
 */
function languageScores(text: string): Map<string, number> {
  const words = text.replace(/<[a-z_]+>/g, ' ');
  const scores: [language: string, score: number][] = francAll(words);
  return new Map(scores.filter(([language]) => language !== 'und'));
}

/**
 * Whether the answer repeats instructions that are not in the draft: if somebody read them aloud,
 * the draft has them, too.
 */
function* leaks(answer: string, draft: string, instructions: readonly string[]): Steps<boolean> {
  if (FENCE_TAG.test(answer) && !FENCE_TAG.test(draft)) return true;
  const plainAnswer = normalized(answer);
  yield;
  const leaked = instructions.flatMap(sentencesOf).filter((sentence) => plainAnswer.includes(sentence));
  if (leaked.length === 0) return false;
  yield;
  const plainDraft = normalized(draft);
  return leaked.some((sentence) => !plainDraft.includes(sentence));
}

function sentencesOf(instruction: string): readonly string[] {
  const cached = sentenceCache.get(instruction);
  if (cached !== undefined) return cached;
  const sentences = instruction
    .split(/(?<=[.!?:])\s+|\n+/)
    .map(normalized)
    .filter((sentence) => sentence.length >= MIN_LEAK_CHARS);
  if (sentenceCache.size >= MAX_CACHED_INSTRUCTIONS) sentenceCache.clear();
  sentenceCache.set(instruction, sentences);
  return sentences;
}

/** Returns the text in lower case, without punctuation, for comparison. */
function normalized(text: string): string {
  return text.toLowerCase().replace(PUNCTUATION, ' ').trim();
}
