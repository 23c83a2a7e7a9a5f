import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { EnvironmentVariables, LONG_NAMES } from '../../src/config/environment.js';
import { readVariables, type VariableGroup } from './read-variables.js';

const INTRODUCTION = `# Configuration

<!-- Made by \`npm run docs\` from .env.example and src/config/environment.ts. Change those. -->

Ringback reads environment variables, or a file \`.env\` in the working folder. An empty variable counts as unset. Where a
variable has a long name, the short one wins. An invalid set stops the start with exit code 78 and one line per problem.
\`npm run doctor\` checks everything that the configuration names.

[.env.example](../.env.example) has the same texts, to be copied to \`.env\`.
`;

/** A value that no variable accepts, so that each validator lists the accepted values. */
const NO_VALUE = '-';
/**
 * Matches a validator's advice that names values: "one from 1 to 256", "one of all, api, worker".
 */
const VALUES = /; give (one (?:from|of) .*\d|one of .*,.*)$/;

/** @returns `docs/configuration.md` */
export function configurationPage(example: string): string {
  const groups = readVariables(example);
  const accepted = acceptedValues(groups.flatMap(({ names }) => names));
  const sections = [...new Set(groups.map(({ section }) => section))].map((section) => {
    const entries = groups
      .filter((group) => group.section === section)
      .map((group) => entryOf(group, accepted));
    return [`## ${section}`, ...entries].join('\n\n');
  });
  return `${[INTRODUCTION.trim(), ...sections].join('\n\n')}\n`;
}

function entryOf({ names, text }: VariableGroup, accepted: ReadonlyMap<string, string>): string {
  const heading = `### ${names.map((name) => `\`${name}\``).join(', ')}`;
  const facts = names.map((name) => {
    const prefix = names.length > 1 ? `\`${name}\`: ` : '';
    return `- ${prefix}${factsOf(name, accepted.get(name))}`;
  });
  return [heading, ...text, facts.join('\n')].join('\n\n');
}

function factsOf(name: string, values: string | undefined): string {
  const value = new EnvironmentVariables()[name as keyof EnvironmentVariables];
  const facts = [value === undefined ? 'unset by default' : `default \`${String(value)}\``];
  if (values !== undefined) facts.push(values);
  const long = LONG_NAMES[name];
  if (long !== undefined) facts.push(`long name \`${long}\``);
  return facts.join('; ');
}

/** Reads the accepted values from the validators' messages, by variable. */
function acceptedValues(names: readonly string[]): Map<string, string> {
  const wrong = plainToInstance(
    EnvironmentVariables,
    Object.fromEntries(names.map((name) => [name, NO_VALUE])),
  );
  return new Map(
    validateSync(wrong).flatMap(({ property, constraints }): [string, string][] => {
      const values = VALUES.exec(Object.values(constraints ?? {}).join('; '))?.[1];
      return values === undefined ? [] : [[property, values]];
    }),
  );
}
