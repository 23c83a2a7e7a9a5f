import { parseArgs } from 'node:util';
import { wrongUsage } from '../commands/wrong-usage.js';
import type { Scenario } from './scenario.js';

export interface ChosenScenario {
  scenario: Scenario;
  /** The value of each of its options. */
  values: Record<string, number>;
  /** The names that were chosen for each of its lists; only of scenarios that have lists. */
  lists?: Record<string, readonly string[]>;
}

export type ParsedArguments =
  { kind: 'run'; chosen: ChosenScenario[] } | { kind: 'help' } | { kind: 'wrong'; problem: string };

/**
 * Parses `[scenario...] [--option number...]`. Without a scenario, all of them run. An option must
 * belong to one of the chosen scenarios, and is passed to all of them that have it.
 */
export function parseBenchArguments(
  args: readonly string[],
  scenarios: readonly Scenario[],
): ParsedArguments {
  const names = new Set(
    scenarios.flatMap(({ options, lists = {} }) => [...Object.keys(options), ...Object.keys(lists)]),
  );
  const options = Object.fromEntries([...names].map((name) => [name, { type: 'string' as const }]));
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    const { help, ...texts } = values as { help?: boolean } & Record<string, string>;
    if (help === true) return { kind: 'help' };
    return choose(scenarios, positionals, texts);
  } catch (error) {
    const problem = wrongUsage(error);
    if (problem === undefined) throw error;
    return { kind: 'wrong', problem };
  }
}

function choose(
  scenarios: readonly Scenario[],
  wanted: readonly string[],
  texts: Readonly<Record<string, string>>,
): ParsedArguments {
  const unknown = wanted.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined) return { kind: 'wrong', problem: `there is no scenario ${unknown}` };
  const running = scenarios.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const [name, text] of Object.entries(texts)) {
    const problem = problemOf(running, name, text);
    if (problem !== undefined) return { kind: 'wrong', problem };
  }
  return {
    kind: 'run',
    chosen: running.map((scenario) => ({
      scenario,
      values: numbers(scenario, texts),
      ...(scenario.lists === undefined ? {} : { lists: chosenNames(scenario.lists, texts) }),
    })),
  };
}

function problemOf(running: readonly Scenario[], name: string, text: string): string | undefined {
  const lists = running.flatMap((scenario) => scenario.lists?.[name] ?? []);
  const unknown = text.split(',').find((one) => lists.some(({ names }) => !names.includes(one)));
  if (unknown !== undefined)
    return `--${name} wants some of ${lists.flatMap(({ names }) => names).join(',')}`;
  if (lists.length > 0) return undefined;
  const owners = running.flatMap(({ options }) => options[name] ?? []);
  if (owners.length === 0) return `--${name} belongs to another scenario`;
  const min = Math.max(...owners.map((option) => option.min));
  return /^\d+$/.test(text) && Number(text) >= min
    ? undefined
    : `--${name} wants a whole number of ${min} or more`;
}

function chosenNames(
  lists: NonNullable<Scenario['lists']>,
  texts: Readonly<Record<string, string>>,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(lists).map(([name, { names }]) => [name, texts[name]?.split(',') ?? names]),
  );
}

function numbers({ options }: Scenario, texts: Readonly<Record<string, string>>): Record<string, number> {
  const entries = Object.entries(options).map(([name, option]) => [
    name,
    Number(texts[name] ?? option.default),
  ]);
  return Object.fromEntries(entries) as Record<string, number>;
}

export function usage(scenarios: readonly Scenario[]): string {
  const parts = scenarios.map(({ name, measures, options, lists = {} }) => {
    const lines = Object.entries(options).map(
      ([option, { default: number, meaning }]) =>
        `      --${option.padEnd(20)} ${meaning} (default ${number})`,
    );
    const listLines = Object.entries(lists).map(
      ([list, { names, meaning }]) => `      --${list.padEnd(20)} ${meaning} (default ${names.join(',')})`,
    );
    return [`  ${name}`, `      ${measures}`, ...lines, ...listLines].join('\n');
  });
  return `Usage: npm run bench [-- scenario...] [--option value...]

Runs the scenarios, all of them unless named, prints their tables and writes bench/results/<scenario>.json.

${parts.join('\n\n')}
`;
}
