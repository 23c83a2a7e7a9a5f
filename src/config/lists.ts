import type { EnvironmentVariables } from './environment.js';

/** Told of a problem: the variable, and what is wrong with it without its value. */
export type Report = (variable: string, problem: string) => void;

export interface ListRule {
  /** Matches each entry. */
  item: RegExp;
  advice: string;
}

/** Entries of a comma list, trimmed, without empty ones. */
export function splitList(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/**
 * Entries of a variable that holds a comma list, each once.
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
