import type { EnvironmentVariables } from './environment.js';

/** Receives a problem: the variable, and what is wrong with it, without its value. */
export type Report = (variable: string, problem: string) => void;

export interface ListRule {
  /** Matches each entry. */
  item: RegExp;
  advice: string;
}

/** Splits a comma list into trimmed entries, without empty ones. */
export function splitList(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/**
 * Reads the entries of a variable that holds a comma list, without duplicates.
 *
 * @returns undefined when the variable is not set
 */
export function chooseList(
  env: EnvironmentVariables,
  list: ListRule & {
    variable: 'ASSEMBLYAI_SPEECH_MODELS' | 'CORRECTION_MODEL' | 'SUMMARY_MODEL';
  },
  report: Report,
): string[] | undefined {
  const text = env[list.variable];
  if (text === undefined) return undefined;
  const items = [...new Set(splitList(text))];
  if (items.length === 0 || !items.every((item) => list.item.test(item))) report(list.variable, list.advice);
  return items;
}
