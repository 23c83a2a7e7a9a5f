import { describe, expect, it } from 'vitest';
import {
  ALWAYS_ALLOWED_CHARS,
  MAX_CHARS_PER_SECOND,
  MIN_COMPARED_CHARS,
  MIN_LEAK_CHARS,
  refusalOf,
  type GuardedAnswer,
} from './answer-guard.js';
import { buildCorrectionPrompt } from '../prompts/prompt.js';

const ENGLISH =
  'Good evening everybody, and thank you for coming to this meeting about the bridge. We would like to hear what you think of the plans, and which of the two routes is the safer one for the children who go to school by bicycle every morning.';
const DUTCH =
  'Goedenavond allemaal, en dank u wel dat u naar deze avond over de brug bent gekomen. Wij willen graag horen wat u van de plannen vindt, en welke van de twee routes veiliger is voor de kinderen die elke ochtend met de fiets naar school gaan.';
const GERMAN =
  'Guten Abend zusammen, und vielen Dank, dass Sie zu diesem Treffen über die Brücke gekommen sind. Wir möchten gerne hören, was Sie von den Plänen halten, und welcher der beiden Wege für die Kinder sicherer ist, die jeden Morgen mit dem Fahrrad zur Schule fahren.';
const JAPANESE =
  '皆さんこんばんは、橋についての集まりにお越しいただきありがとうございます。計画についてのご意見と、毎朝自転車で学校へ通う子どもたちにとってどちらの道がより安全かをお聞かせください。';
const UKRAINIAN =
  'Добрий вечір усім, дякую, що прийшли на цю зустріч про міст. Ми хотіли б почути, що ви думаєте про ці плани, і який із двох шляхів безпечніший для дітей, які щоранку їздять до школи на велосипеді разом зі своїми батьками та друзями.';
/** A long text without repetitions. */
const LONG_TEXT = Array.from({ length: 800 }, (_word, index) => `word${index}`).join(' ');
const GUIDANCE = 'Evenings of the neighbourhood council about the new bridge over the Merwede';
const { systemInstruction } = buildCorrectionPrompt({
  partialTranscript: '',
  hotwords: [],
  guidance: null,
  language: 'en',
  redactPii: true,
  hasAudio: true,
});

const refusal = (changes: Partial<GuardedAnswer>) =>
  refusalOf({ answer: ENGLISH, draft: ENGLISH, instructions: [systemInstruction, GUIDANCE], ...changes });

describe('an answer of a model is accepted', () => {
  it.each<[string, Partial<GuardedAnswer>]>([
    ['the draft, unchanged', {}],
    ['the draft with other spelling', { answer: ENGLISH.toUpperCase() }],
    ['exactly half of the draft', { answer: 'x'.repeat(150), draft: 'x'.repeat(300) }],
    ['three times a long draft', { answer: 'ab '.repeat(1_200), draft: 'ab '.repeat(400) }],
    ['empty, with a draft of a few invented words', { answer: '', draft: 'Thank you for watching.' }],
    [
      'speech that the first stage missed, with a short draft',
      { answer: ENGLISH, draft: 'Good evening.', durationSeconds: 30 },
    ],
    ['long, without a draft, for a long recording', { answer: LONG_TEXT, draft: null, durationSeconds: 400 }],
    ['long, without a draft, for a recording of unknown length', { answer: LONG_TEXT, draft: null }],
    ['a draft whose speech is faster than the limit', { durationSeconds: 1 }],
    [
      'a little longer than a draft whose speech is faster than the limit',
      { answer: `${ENGLISH} Thank you very much, everybody.`, durationSeconds: 1 },
    ],
    [
      'a chorus that is in the draft as well',
      { answer: 'la la la la, '.repeat(20), draft: 'la la la la '.repeat(18) },
    ],
    ['a word that is said many times', { answer: `${ENGLISH} No, no, no, no, no, no, no!` }],
    [
      'a correction in a script without spaces',
      { answer: `${JAPANESE}ありがとうございました。`, draft: JAPANESE.replaceAll('橋', '箸') },
    ],
    [
      'a text with a colon in some lines',
      { answer: `Item one: the bridge.\n${ENGLISH}\n${DUTCH}`, draft: `${ENGLISH} ${DUTCH}` },
    ],
    [
      'in two languages, with a draft in the same two',
      { answer: `${DUTCH} ${ENGLISH}`, draft: `${ENGLISH} ${DUTCH}` },
    ],
    ['the draft with an added passage in a second language', { answer: `${DUTCH} ${ENGLISH}`, draft: DUTCH }],
    ['in another language, but too short to detect it', { answer: 'Goedenavond.', draft: 'Good evening.' }],
    ['redacted, with markers in it', { answer: `<redacted_name> ${DUTCH} <redacted_name>`, draft: DUTCH }],
    ['guidance that is in the draft as well', { answer: GUIDANCE, draft: GUIDANCE }],
    ['a few words of the instruction', { answer: `${ENGLISH} People will quote from your text.` }],
  ])('that is %s', (_what, changes) => {
    expect(refusal(changes)).toBeUndefined();
  });
});

describe('an answer of a model is refused', () => {
  it.each<[string, GuardedAnswer['answer'], Partial<GuardedAnswer>]>([
    ['a summary', 'People talked about a bridge.', {}],
    ['empty, with a long draft', '', {}],
    ['one letter less than half of the draft', 'x'.repeat(149), { draft: 'x'.repeat(300) }],
  ])('as too short when it is %s', (_what, answer, changes) => {
    expect(refusal({ answer, ...changes })).toBe('too_short');
  });

  it.each<[string, Partial<GuardedAnswer>]>([
    ['five times the draft', { answer: `${ENGLISH} `.repeat(5) }],
    [
      'one letter more than is always allowed',
      { answer: 'x'.repeat(ALWAYS_ALLOWED_CHARS + 1), draft: 'x'.repeat(MIN_COMPARED_CHARS) },
    ],
    [
      'more than can be said in the duration',
      { answer: 'x'.repeat(10 * MAX_CHARS_PER_SECOND + 201), draft: 'x', durationSeconds: 10 },
    ],
    [
      'more than can be said in the duration, without a draft',
      { answer: ENGLISH, draft: null, durationSeconds: 1 },
    ],
  ])('as too long when it is %s', (_what, changes) => {
    expect(refusal(changes)).toBe('too_long');
  });

  it.each<[string, Partial<GuardedAnswer>]>([
    ['repeats the same phrase', { answer: 'Thank you. '.repeat(20) }],
    ['ends by repeating the same phrase', { answer: `${ENGLISH} ${'Thank you. '.repeat(16)}` }],
    [
      'repeats the same phrase, in a script without spaces',
      { answer: 'ありがとう。'.repeat(30), draft: JAPANESE },
    ],
    ['repeats the same phrase, without a draft', { answer: 'And so on. '.repeat(30), draft: null }],
    [
      'repeats the same sentences, with others between them',
      {
        answer: Array.from(
          { length: 15 },
          (_line, index) =>
            `We would like to hear what you think of the plans. ${LONG_TEXT.slice(index * 8, index * 8 + 7)}`,
        ).join(' '),
        draft: LONG_TEXT.slice(0, 400),
      },
    ],
  ])('as repetitive when it %s', (_what, changes) => {
    expect(['repetitive', 'words_lost']).toContain(refusal(changes));
  });

  it('as having lost words when it is a different text of the same length', () => {
    const answer =
      'Yesterday my brother bought three green bottles at a market near Leeds, drove home through heavy rain, and then cooked dinner while his dog slept under our kitchen table until midnight, dreaming perhaps about rabbits, squirrels and long summer walks.';
    expect(refusal({ answer })).toBe('words_lost');
  });

  it('as naming speakers when most of its lines begin with a name', () => {
    const answer = ENGLISH.split('. ')
      .map((sentence, index) => `${index % 2 === 0 ? 'Maria' : 'Chair Person'}: ${sentence}`)
      .concat('Maria: Goodbye.')
      .join('\n');
    expect(refusal({ answer })).toBe('speaker_names');
    expect(refusal({ answer, draft: answer })).toBeUndefined();
  });

  const texts = { ENGLISH, DUTCH, GERMAN, UKRAINIAN };
  const pairs = Object.entries(texts).flatMap(([from, draft]) =>
    Object.entries(texts)
      .filter(([to]) => to !== from)
      .map(([to, answer]): [string, string, string, string] => [from, to, draft, answer]),
  );
  it.each(pairs)('as in another language when %s was translated to %s', (_from, _to, draft, answer) => {
    expect(refusal({ draft, answer })).toBe('other_language');
  });

  it.each<[string, string]>([
    ['a tag of the prompt', `<partial_transcript>\n${ENGLISH}\n</partial_transcript>`],
    ['a rule of the instruction', `${ENGLISH} Never summarise, shorten, answer, comment or beautify.`],
    [
      'the same rule in another case and punctuation',
      `${ENGLISH} never summarise - shorten, ANSWER, comment or beautify`,
    ],
    ['the guidance', `${GUIDANCE}. ${ENGLISH}`],
  ])('as leaking the prompt when it contains %s', (_what, answer) => {
    expect(refusal({ answer })).toBe('prompt_leaked');
  });

  it('is not refused for short guidance, whose words may occur in speech', () => {
    const guidance = 'The new bridge';
    expect(guidance.length).toBeLessThan(MIN_LEAK_CHARS);
    expect(refusal({ answer: `${ENGLISH} ${guidance}`, instructions: [guidance] })).toBeUndefined();
  });
});

describe('a text of millions of characters', () => {
  it.each([
    ['letters without a space', 'a'],
    ['marks without a letter', '\u0301'],
  ])('made of %s is compared like any other', (_what, character) => {
    const text = character.repeat(6_000_000);

    expect(refusal({ answer: text, draft: text })).toBeUndefined();
  });
});

describe('a text in two languages', () => {
  it.each([
    [
      'may be corrected to a text that begins with the other language',
      `${DUTCH} ${ENGLISH}`,
      `${ENGLISH} ${DUTCH}`,
    ],
    ['may be corrected to a text with a language that the draft lacks', UKRAINIAN, `${UKRAINIAN} ${ENGLISH}`],
  ])('%s', (_what, draft, answer) => {
    expect(refusal({ draft, answer })).toBeUndefined();
  });
});
