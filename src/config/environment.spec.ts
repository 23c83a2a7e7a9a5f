import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { environmentVariableNames } from './create-app-config.js';
import { EnvironmentVariables, LONG_NAMES } from './environment.js';

/** `NAME=value`, commented out or not. */
const VARIABLE = /^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/gm;

async function exampleVariables(): Promise<[name: string, value: string][]> {
  const example = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
  return [...example.matchAll(VARIABLE)].map(([, name = '', value = '']) => [name, value]);
}

describe('.env.example', () => {
  it('lists exactly the variables that are read, each once', async () => {
    const names = (await exampleVariables()).map(([name]) => name);

    expect(names.sort()).toEqual(environmentVariableNames().sort());
  });

  it('shows each default as it is', async () => {
    const shown = new Map(await exampleVariables());
    const defaults = Object.entries(new EnvironmentVariables()).filter(([, value]) => value !== undefined);

    expect(defaults.length).toBeGreaterThan(10);
    for (const [name, value] of defaults) expect([name, shown.get(name)]).toEqual([name, String(value)]);
  });

  it('gives the long name of each variable that has one', async () => {
    const example = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');

    for (const [short, long] of Object.entries(LONG_NAMES)) {
      expect(example).toMatch(new RegExp(`\\* \\[${long}\\](?:.*\\n)(?:# .*\\n)*?(?:# )?${short}=`));
    }
  });
});
