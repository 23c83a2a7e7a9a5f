import { PII_KINDS, type PiiKind } from '../../src/redaction/detector.js';
import type { PersonalData } from '../../src/redaction/redact-patterns.js';
import type { LabelledCase, LabelledData } from './corpus.js';

/** What the project promises of every kind. */
export const MIN_PRECISION = 0.98;
export const MIN_RECALL = 0.95;

export interface KindScore {
  kind: PiiKind;
  /** Labels of the corpus. */
  labels: number;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  /** Null when nothing was found, or nothing was to be found. */
  precision: number | null;
  recall: number | null;
}

export interface Mistake {
  place: string;
  kind: PiiKind;
  problem: 'missed' | 'wrongly found';
  text: string;
}

export interface Score {
  kinds: KindScore[];
  mistakes: Mistake[];
}

/**
 * Compares what is found with what a corpus says. A find counts when it is of the same kind and covers the same letters and
 * digits; brackets, quotation marks and the like at its ends do not matter. What covers only a part of a label, or more than
 * it, is a miss and a wrong find.
 */
export function score(cases: readonly LabelledCase[], find: (text: string) => PersonalData[]): Score {
  const hits = new Map<PiiKind, number>();
  const mistakes: Mistake[] = [];
  for (const { text, data, place } of cases) {
    const found = find(text);
    const matched = data.map((label) => found.find((one) => isSame(text, label, one)));
    data.forEach((label, index) => {
      if (matched[index] === undefined) {
        mistakes.push({
          place,
          kind: label.kind,
          problem: 'missed',
          text: text.slice(label.start, label.end),
        });
      } else {
        hits.set(label.kind, (hits.get(label.kind) ?? 0) + 1);
      }
    });
    for (const one of found.filter((candidate) => !matched.includes(candidate))) {
      mistakes.push({
        place,
        kind: one.kind,
        problem: 'wrongly found',
        text: text.slice(one.start, one.end),
      });
    }
  }
  return { kinds: PII_KINDS.map((kind) => scoreOf(kind, hits.get(kind) ?? 0, mistakes)), mistakes };
}

/** Whether every kind keeps the promise; one that a corpus does not hold keeps it. */
export function isGoodEnough({ kinds }: Score): boolean {
  return kinds.every(
    ({ precision, recall }) => (precision ?? 1) >= MIN_PRECISION && (recall ?? 1) >= MIN_RECALL,
  );
}

function scoreOf(kind: PiiKind, truePositives: number, mistakes: readonly Mistake[]): KindScore {
  const count = (problem: Mistake['problem']): number =>
    mistakes.filter((mistake) => mistake.kind === kind && mistake.problem === problem).length;
  const falsePositives = count('wrongly found');
  const falseNegatives = count('missed');
  const labels = truePositives + falseNegatives;
  const found = truePositives + falsePositives;
  return {
    kind,
    labels,
    truePositives,
    falsePositives,
    falseNegatives,
    precision: found === 0 ? null : truePositives / found,
    recall: labels === 0 ? null : truePositives / labels,
  };
}

function isSame(text: string, label: LabelledData, found: PersonalData): boolean {
  if (label.kind !== found.kind) return false;
  const [first, second] = [label.start, found.start].toSorted((a, b) => a - b);
  const [third, fourth] = [label.end, found.end].toSorted((a, b) => a - b);
  if ((second ?? 0) >= (third ?? 0)) return false;
  return !/[\p{L}\p{N}]/u.test(text.slice(first, second) + text.slice(third, fourth));
}
