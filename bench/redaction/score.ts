import { PII_KINDS, type PiiKind } from '../../src/redaction/detector.js';
import type { PersonalData } from '../../src/redaction/redact-patterns.js';
import type { LabeledCase, LabeledData } from './corpus.js';

/** The project's promise for every kind. */
export const MIN_PRECISION = 0.98;
export const MIN_RECALL = 0.95;

export interface KindScore {
  kind: PiiKind;
  /** Number of labels in the corpus. */
  labels: number;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  /** Null when nothing was found, or the corpus has no label. */
  precision: number | null;
  recall: number | null;
}

export interface Mistake {
  location: string;
  kind: PiiKind;
  problem: 'missed' | 'wrongly found';
  text: string;
}

export interface Score {
  kinds: KindScore[];
  mistakes: Mistake[];
}

/**
 * Compares the findings with a corpus. A finding counts when it has the same kind and covers the
 * same letters and digits; brackets, quotation marks and the like at its ends do not matter. A
 * finding that covers a part of a label, or more than the label, is a miss and a wrong find.
 */
export function score(cases: readonly LabeledCase[], find: (text: string) => PersonalData[]): Score {
  const hits = new Map<PiiKind, number>();
  const mistakes: Mistake[] = [];
  for (const { text, data, location } of cases) {
    const found = find(text);
    const matched = data.map((label) => found.find((one) => isSame(text, label, one)));
    data.forEach((label, index) => {
      if (matched[index] === undefined) {
        mistakes.push({
          location,
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
        location,
        kind: one.kind,
        problem: 'wrongly found',
        text: text.slice(one.start, one.end),
      });
    }
  }
  return { kinds: PII_KINDS.map((kind) => scoreOf(kind, hits.get(kind) ?? 0, mistakes)), mistakes };
}

/** Whether every kind keeps the promise; a kind without labels keeps it. */
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

function isSame(text: string, label: LabeledData, found: PersonalData): boolean {
  if (label.kind !== found.kind) return false;
  const [first, second] = [label.start, found.start].toSorted((a, b) => a - b);
  const [third, fourth] = [label.end, found.end].toSorted((a, b) => a - b);
  if ((second ?? 0) >= (third ?? 0)) return false;
  return !/[\p{L}\p{N}]/u.test(text.slice(first, second) + text.slice(third, fourth));
}
