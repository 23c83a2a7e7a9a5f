import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStep, type StoredPart, type SummaryStep } from './next-step.js';
import { PART_LENGTH } from './plan-parts.js';

const MAX_CHARS = 300_000;
/** The model takes a part and a little more, so that summaries of parts need groups. */
const FEW_CHARS = PART_LENGTH * 2;

const minutes = (count: number): string =>
  Array.from({ length: count }, (_, minute) => `Minute ${minute}. `.padEnd(900, 'word ')).join('');

type Request = Exclude<SummaryStep, { kind: 'made' | 'refused' }>;

/** Answers of a model: a summary, or an error for a part that is refused for good. */
type Answer = (request: Request) => { summary: string } | { error: string };

/** Takes all steps up to the last one, each of which sees the results of the earlier ones only. */
function takeSteps(transcript: string, answer: Answer, maxChars = MAX_CHARS) {
  const stored: StoredPart[] = [];
  const requests: Request[] = [];
  for (;;) {
    const step = nextStep(transcript, stored, maxChars);
    if (step.kind === 'made' || step.kind === 'refused') return { requests, last: step };
    requests.push(step);
    if (step.kind === 'whole' || step.kind === 'combined') return { requests, last: step };
    const { level, ordinal } = step;
    stored.push({ level, ordinal, summary: null, error: null, tries: 0, model: 'm', ...answer(step) });
  }
}

const short: Answer = ({ level, ordinal }) => ({ summary: `summary ${level}.${ordinal}` });

const numbersOf = ({ last }: { last: SummaryStep }) =>
  'parts' in last ? last.parts.map(({ first, last: end, of }) => [first, end, of]) : [];

describe('the steps to a summary', () => {
  it('are one request for a short transcript, and for an empty one', () => {
    for (const transcript of ['', 'Hello.', minutes(29)]) {
      const { requests } = takeSteps(transcript, short);
      expect(requests).toEqual([{ kind: 'whole', level: 0, ordinal: 0, tries: 0, transcript }]);
    }
  });

  it('are a request for each part, in order, and one for all of their summaries', () => {
    const transcript = minutes(600);
    const { requests, last } = takeSteps(transcript, short);
    expect(
      requests
        .slice(0, -1)
        .map((step) => (step.kind === 'part' ? step.transcript : ''))
        .join(''),
    ).toBe(transcript);
    expect(requests[4]).toMatchObject({ kind: 'part', part: { first: 5, last: 5, of: 30 } });
    expect(last).toMatchObject({ kind: 'combined', level: 1, ordinal: 0, leftOut: null });
    expect(numbersOf({ last })).toEqual(Array.from({ length: 30 }, (_, index) => [index + 1, index + 1, 30]));
  });

  it('go on with the first part that is owed, and its number of tries', () => {
    const rows: StoredPart[] = [
      { level: 0, ordinal: 0, summary: 'made', error: null, tries: 2, model: 'm' },
      { level: 0, ordinal: 1, summary: null, error: null, tries: 3, model: null },
      { level: 0, ordinal: 2, summary: 'made', error: null, tries: 0, model: 'm' },
    ];
    expect(nextStep(minutes(60), rows, MAX_CHARS)).toMatchObject({ kind: 'part', ordinal: 1, tries: 3 });
    const rest: StoredPart[] = rows.map((row) => ({ ...row, summary: 'made' }));
    rest.push({ level: 1, ordinal: 0, summary: null, error: null, tries: 1, model: null });
    expect(nextStep(minutes(60), rest, MAX_CHARS)).toMatchObject({ kind: 'combined', tries: 1 });
  });

  it('leave out a refused part, and say so', () => {
    const { last } = takeSteps(minutes(60), (request) =>
      request.ordinal === 1 ? { error: 'The model refused it.' } : short(request),
    );
    expect(last).toMatchObject({
      kind: 'combined',
      parts: [
        { summary: 'summary 0.0' },
        { first: 2, last: 2, of: 3, summary: null },
        { summary: 'summary 0.2' },
      ],
      leftOut:
        'Not in this summary, of the 3 parts of the transcript: part 2 (33 % to 67 %). The model refused it.',
    });
  });

  it('end without a summary when every part is refused', () => {
    const { last, requests } = takeSteps(minutes(60), () => ({ error: 'The model refused it.' }));
    expect(requests).toHaveLength(3);
    expect(last).toMatchObject({ kind: 'refused', reason: expect.stringContaining('part 3') as unknown });
  });

  it('leave out parts in which nothing was said, and need no request for what is left of one', () => {
    const quiet: Answer = ({ ordinal }) => ({ summary: ordinal === 1 ? 'They met.' : '' });
    expect(takeSteps(minutes(60), quiet).last).toEqual({
      kind: 'made',
      summary: 'They met.',
      model: 'm',
      leftOut: null,
    });
    expect(takeSteps(minutes(60), () => ({ summary: '' })).last).toMatchObject({ kind: 'made', summary: '' });
  });

  it('have groups, and groups of groups, where the summaries do not fit into one request', () => {
    const long: Answer = () => ({ summary: 'x'.repeat(15_000) });
    const { requests, last } = takeSteps(minutes(240), long, FEW_CHARS);
    expect(requests.map(({ kind, level }) => `${kind} ${level}`)).toEqual([
      ...Array.from({ length: 12 }, () => 'part 0'),
      ...Array.from({ length: 6 }, () => 'group 1'),
      ...Array.from({ length: 3 }, () => 'group 2'),
      ...Array.from({ length: 2 }, () => 'group 3'),
      'combined 4',
    ]);
    expect(numbersOf({ last })).toEqual([
      [1, 8, 12],
      [9, 12, 12],
    ]);
  });

  it('never exceed the limit of a request, and lose and double no part, whatever the lengths and refusals', () => {
    const lengths = fc.array(fc.oneof(fc.constant(-1), fc.integer({ min: 1, max: 17_000 })), {
      minLength: 40,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.integer({ min: 31, max: 700 }), lengths, (count, summaries) => {
        const answer: Answer = ({ level, ordinal }) => {
          const length = summaries[(level * 7 + ordinal) % summaries.length] ?? 1;
          return length < 0 && level === 0
            ? { error: 'Refused.' }
            : { summary: 'y'.repeat(Math.abs(length)) };
        };
        const taken = takeSteps(minutes(count), answer, FEW_CHARS);
        for (const request of taken.requests) {
          const texts =
            'parts' in request ? request.parts.map(({ summary }) => summary ?? '') : [request.transcript];
          expect(texts.join('').length).toBeLessThanOrEqual(FEW_CHARS);
        }
        const numbers = numbersOf(taken);
        if (taken.last.kind !== 'combined') return;
        const ends = numbers.map(([, end]) => end);
        expect(numbers.map(([first]) => first)).toEqual([1, ...ends.slice(0, -1).map((end = 0) => end + 1)]);
        expect(ends.at(-1)).toBe(numbers[0]?.[2]);
      }),
      { numRuns: 15 },
    );
  });
});
