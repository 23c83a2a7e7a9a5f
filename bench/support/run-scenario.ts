import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { closing } from '../../commands/closing.js';

const BENCH = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));

export interface ScenarioRun {
  stdout: string;
  stderr: string;
  /** The written results, parsed from JSON. */
  written: unknown;
}

/** Runs a built scenario from its command line, in a temporary folder. @throws when it fails */
export async function runScenario(
  scenario: string,
  values: Readonly<Record<string, number | string>>,
): Promise<ScenarioRun> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-bench-cwd-'));
  return closing(
    () => rm(folder, { recursive: true }),
    async () => {
      const flags = Object.entries(values).map(([name, value]) => `--${name}=${value}`);
      const output = await promisify(execFile)(process.execPath, [BENCH, scenario, ...flags], {
        cwd: folder,
      });
      const file = join(folder, `bench/results/${scenario}.json`);
      const written: unknown = JSON.parse(await readFile(file, 'utf8'));
      return { ...output, written };
    },
  );
}
