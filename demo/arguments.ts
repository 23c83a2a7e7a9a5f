import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { wrongUsage } from '../commands/wrong-usage.js';

export const USAGE = `Usage: npm run demo [-- options]

Takes the recordings in samples/ all the way to corrected text, with a simulator in the place of the providers.
No keys, no servers to install. On a terminal it stays up until Ctrl-C, so that you can try the console
and the API.

  --exit               stop when the job is done (so it does with CI=true, and without a terminal)
  --data-dir <folder>  where its database and its copies of the recordings live (default .data/demo)
  --help               show this
`;

const DEFAULT_DATA_DIR = '.data/demo';

export interface DemoArguments {
  exit: boolean;
  /** Absolute path. */
  dataDir: string;
}

export type ParsedArguments =
  { kind: 'run'; options: DemoArguments } | { kind: 'help' } | { kind: 'wrong'; problem: string };

export function parseDemoArguments(args: readonly string[]): ParsedArguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        exit: { type: 'boolean', default: false },
        'data-dir': { type: 'string', default: DEFAULT_DATA_DIR },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    if (values['data-dir'] === '') return { kind: 'wrong', problem: '--data-dir wants the name of a folder' };
    return { kind: 'run', options: { exit: values.exit, dataDir: resolve(values['data-dir']) } };
  } catch (error) {
    const problem = wrongUsage(error);
    if (problem === undefined) throw error;
    return { kind: 'wrong', problem };
  }
}
