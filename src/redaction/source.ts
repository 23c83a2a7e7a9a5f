import { type CodeUnit, readUnits } from './codes.js';
import { type DigitGroup, readRuns } from './digit-runs.js';
import { tokenize } from './tokens.js';

/** Preprocessed text, shared by all detectors. Positions are those in `text`. */
export interface Source {
  /** Plain text: see `plainTextSteps`. */
  text: string;
  /** Groups of digits that may belong together, written or spoken. */
  runs: readonly DigitGroup[][];
  /** Letters and digits that may belong to a code. */
  units: readonly CodeUnit[];
}

export function readSource(text: string): Source {
  const tokens = tokenize(text);
  return { text, runs: readRuns(text, tokens), units: readUnits(text, tokens) };
}
