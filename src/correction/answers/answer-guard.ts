import { francAll } from 'franc-min';
import { finish, type Steps } from '../../redaction/steps.js';
import { comparedWords, coverageOf, longestLoop, repeatedShare } from './compared-words.js';

/**
 * What language models do wrong with a transcript, told by comparing answer and draft. A refused answer is asked for again, and
 * when none is good the first-stage text stands: a false alarm costs tries and a correction, never a text. Each threshold
 * therefore errs on the side of the draft.
 *
 * 1 `too_short`       it summarized: far fewer letters than the draft
 * 2 `too_long`        it invented: far more letters than the draft, or than can be spoken in the recording's time
 * 3 `other_language`  it translated
 * 4 `prompt_leaked`   it repeats its instructions, or the material that they fence
 * 5 `repetitive`      it lost its way: the same phrases over and over, which the draft does not have
 * 6 `words_lost`      it wrote another text: most of the draft's words are gone
 * 7 `speaker_names`   it wrote who speaks before each line, which nobody can check
 */
export type RefusalReason =
  | 'too_short'
  | 'too_long'
  | 'other_language'
  | 'prompt_leaked'
  | 'repetitive'
  | 'words_lost'
  | 'speaker_names';

/** A draft with fewer letters says too little to compare with: half of three words may be right to go. */
export const MIN_COMPARED_CHARS = 200;
/**
 * Repeated passages and invented sentences are rightly removed; a correction that loses half of a text is a summary. Measured
 * without redaction markers' help: a marker is mostly longer than what it stands for.
 */
export const MIN_SHARE_OF_DRAFT = 0.5;
/** Missed speech is rightly added; three times the draft is another text. */
export const MAX_SHARE_OF_DRAFT = 3;
/** However short the draft, an answer of so many letters may be what a first stage did not hear. */
export const ALWAYS_ALLOWED_CHARS = 1_000;
/** The fastest speakers reach 25 letters a second, in bursts; nobody keeps 30. */
export const MAX_CHARS_PER_SECOND = 30;
/** How much longer than a draft that was itself too long for its recording: punctuation, and words that were missed. */
export const GROWTH_OF_LONG_DRAFT = 1.2;
/** Recordings of a second or two: rounding, and markers that are longer than what was said. */
const DURATION_SLACK_CHARS = 200;
/** Below this, letters of both are too few for trigrams to tell languages apart. */
export const MIN_LANGUAGE_CHARS = 200;
/**
 * Scores are relative to the most likely language. Measured on texts of 220 to 260 letters: a language scores at most 0.92 in its
 * nearest neighbour's (Ukrainian as Russian; Dutch 0.90 as German, English 0.83 as Dutch), a text in two languages 0.93 or more
 * in both.
 */
export const FOREIGN_SCORE = 0.93;
/**
 * A translation keeps names and cognates: a quarter of the words between Portuguese and Spanish, none between most languages. A
 * text that keeps more was not translated, whatever its most likely language is: half of it was in another one before, too.
 */
export const KEPT_WORDS_SHARE = 0.4;
/**
 * Shorter words are alike in many languages. Longer ones are cut: a run of millions of letters would exhaust the stack of the
 * regular expression.
 */
const COMPARED_WORDS = /\p{L}{4,100}/gu;
/** Bounded for the same reason. */
const MARKS = /[^\p{L}\p{N}]{1,100}/gu;

/**
 * More than a model puts out: 65,536 tokens of some five letters. Longer texts are compared by their beginnings, so that no
 * text holds up the process.
 */
const MAX_COMPARED_CHARS = 400_000;
/** A passage in which one phrase follows itself; people who sing or count come to less. */
export const MIN_LOOP_WORDS = 30;
/** How much longer than the draft's own loop: a chorus is sung, and heard by the first stage as well. */
const LOOP_GROWTH = MAX_SHARE_OF_DRAFT;
/** So many words in a row come back by chance in prayers and forms only. */
const PASSAGE_WORDS = 6;
/** A text of fewer words is too short to lose its way in. */
const MIN_PASSAGE_TEXT_WORDS = 60;
/** Share of passages that have been there before, beyond the draft's own. */
export const MAX_REPEATED_SHARE = 0.4;
/**
 * Measured on texts of eight languages whose words a recognizer got wrong: with four of ten words wrong, at least 0.4 of the
 * draft's are left in the right text. Two texts about something else share less than 0.2.
 */
export const MIN_COVERAGE = 0.3;
/** Fewer lines with a name before them may be speech: "Note: ..." */
const MIN_NAMED_LINES = 3;
/** A name before a line: one to three words with a capital letter, and a colon. */
const NAMED_LINE = /^\p{Lu}[\p{L}\p{M}\p{N}.'-]{0,30}(?: \p{Lu}?[\p{L}\p{M}\p{N}.'-]{0,30}){0,2}:\s/u;

/** Long enough that nobody says it by chance. */
export const MIN_LEAK_CHARS = 40;

/** Most corrections are asked for with the same few: one for each language, and the guidance of each project. */
const MAX_KNOWN_INSTRUCTIONS = 100;
const knownSentences = new Map<string, readonly string[]>();

/** Tags of our blocks: a recording cannot hold them, unless somebody reads this aloud. */
const FENCE_TAG = /<\/?\s*(?:partial_transcript|guidance|hotwords)\s*\/?>/i;

export interface GuardedAnswer {
  answer: string;
  /** The first-stage text; null where the model heard the recording alone. */
  draft: string | null;
  /** Of the recording, as the first stage measured it; undefined: not known. */
  durationSeconds?: number;
  /** What the model was told: its instruction, and the project's guidance. */
  instructions: readonly string[];
}

/** @returns why the answer is not to be believed; undefined when nothing speaks against it */
export function refusalOf(guarded: GuardedAnswer): RefusalReason | undefined {
  return finish(refusalSteps(guarded));
}

/** The steps of `refusalOf`, for answers of any length. */
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
  const said = comparedWords(answer.slice(0, MAX_COMPARED_CHARS));
  yield;
  const heard = comparedWords(draft.slice(0, MAX_COMPARED_CHARS));
  yield;
  if (yield* isRepetitive(said, heard)) return 'repetitive';
  yield;
  const isComparable = draft.length >= MIN_COMPARED_CHARS;
  return isComparable && (yield* coverageOf(heard, said)) < MIN_COVERAGE ? 'words_lost' : undefined;
}

function* isRepetitive(said: readonly string[], heard: readonly string[]): Steps<boolean> {
  const loop = yield* longestLoop(said);
  if (loop >= MIN_LOOP_WORDS && loop > (yield* longestLoop(heard)) * LOOP_GROWTH) return true;
  if (said.length < MIN_PASSAGE_TEXT_WORDS) return false;
  const repeated = yield* repeatedShare(said, PASSAGE_WORDS);
  return repeated > MAX_REPEATED_SHARE + (yield* repeatedShare(heard, PASSAGE_WORDS));
}

/** The model is told to write none; one that does puts them before most lines. */
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
    // The draft was spoken in that time, whatever we believe of speakers.
    if (length > draft.length * GROWTH_OF_LONG_DRAFT) return true;
  }
  if (draft.length < MIN_COMPARED_CHARS) return false;
  return length > Math.max(draft.length * MAX_SHARE_OF_DRAFT, ALWAYS_ALLOWED_CHARS);
}

function* isTranslated(answer: string, draft: string): Steps<boolean> {
  if (draft.length < MIN_LANGUAGE_CHARS || answer.length < MIN_LANGUAGE_CHARS) return false;
  const drafted = wordsOf(draft);
  yield;
  if (keptWordsShare(drafted, wordsOf(answer)) >= KEPT_WORDS_SHARE) return false;
  yield;
  const ofDraft = languageScores(draft);
  yield;
  const ofAnswer = languageScores(answer);
  const [draftLanguage] = ofDraft.keys();
  const [answerLanguage] = ofAnswer.keys();
  if (draftLanguage === undefined || answerLanguage === undefined || draftLanguage === answerLanguage)
    return false;
  return (
    (ofAnswer.get(draftLanguage) ?? 0) < FOREIGN_SCORE && (ofDraft.get(answerLanguage) ?? 0) < FOREIGN_SCORE
  );
}

function keptWordsShare(drafted: ReadonlySet<string>, answered: ReadonlySet<string>): number {
  const kept = [...drafted].filter((word) => answered.has(word));
  return kept.length / Math.max(drafted.size, 1);
}

function wordsOf(text: string): Set<string> {
  return new Set(text.slice(0, MAX_COMPARED_CHARS).toLowerCase().match(COMPARED_WORDS) ?? []);
}

/** Languages by score, the most likely first; empty when nothing can be told. Markers are no language. */
function languageScores(text: string): Map<string, number> {
  const words = text.replace(/<[a-z_]+>/g, ' ');
  const scores: [language: string, score: number][] = francAll(words);
  return new Map(scores.filter(([language]) => language !== 'und'));
}

/** Somebody may read the guidance aloud; the first stage has then heard it, too. */
function* leaks(answer: string, draft: string, instructions: readonly string[]): Steps<boolean> {
  if (FENCE_TAG.test(answer) && !FENCE_TAG.test(draft)) return true;
  const said = plain(answer);
  yield;
  const leaked = instructions.flatMap(sentencesOf).filter((sentence) => said.includes(sentence));
  if (leaked.length === 0) return false;
  yield;
  const heard = plain(draft);
  return leaked.some((sentence) => !heard.includes(sentence));
}

function sentencesOf(instruction: string): readonly string[] {
  const known = knownSentences.get(instruction);
  if (known !== undefined) return known;
  const sentences = instruction
    .split(/(?<=[.!?:])\s+|\n+/)
    .map(plain)
    .filter((sentence) => sentence.length >= MIN_LEAK_CHARS);
  if (knownSentences.size >= MAX_KNOWN_INSTRUCTIONS) knownSentences.clear();
  knownSentences.set(instruction, sentences);
  return sentences;
}

/** As it would be repeated: without marks, in small letters. */
function plain(text: string): string {
  return text.toLowerCase().replace(MARKS, ' ').trim();
}
