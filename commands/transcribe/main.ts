import { CONFIG_EXIT_CODE, ConfigError } from '../../src/config/config-error.js';
import { InterruptedError, Interruption } from '../interruption.js';
import { ServiceApiError } from '../service/service-api.js';
import { parseTranscribeArguments, USAGE, type TranscribeArguments } from './arguments.js';
import { chooseOutput, type Output } from './output.js';
import { OwnServiceError, RefusedSettingsError } from './own-service.js';
import { checkRecordings, type Recording } from './recordings.js';
import { run } from './run.js';
import { readSettings } from './settings.js';

const FAILED = 1;
/** Exit code of command-line programs for unknown arguments. */
const WRONG_USAGE = 2;

const BAD_REQUEST = 400;
const UNAUTHORIZED = 401;

/** Folder in which npm was started; npm itself changes to the folder of package.json. */
const startFolder = process.env.INIT_CWD ?? process.cwd();

function say(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
}

async function main(): Promise<number> {
  const parsed = parseTranscribeArguments(process.argv.slice(2));
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'wrong':
      say(parsed.problem, '', USAGE.trimEnd());
      return WRONG_USAGE;
    case 'run':
      return prepare(parsed.options);
  }
}

/** Checks the arguments against the file system before anything is started. */
async function prepare(options: TranscribeArguments): Promise<number> {
  const { recordings, problems } = await checkRecordings(options.files, startFolder);
  if (problems.length > 0) {
    say(...problems);
    return WRONG_USAGE;
  }
  const output = await chooseOutput(options, recordings, {
    folder: startFolder,
    isTerminal: process.stdout.isTTY,
  });
  if ('problem' in output) {
    say(output.problem);
    return WRONG_USAGE;
  }
  return transcribeTo(output, recordings, options);
}

async function transcribeTo(
  output: Output,
  recordings: readonly Recording[],
  options: TranscribeArguments,
): Promise<number> {
  const interruption = new Interruption();
  try {
    const settings = await readSettings();
    return (await run({ settings, recordings, options, output, interruption, say })) ? 0 : FAILED;
  } catch (error) {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const [first] = errors;
    if (first instanceof InterruptedError) return first.exitCode;
    return Math.max(...errors.map(report));
  }
}

/** Prints what went wrong and what to do. @returns the exit code */
function report(error: unknown): number {
  if (error instanceof ConfigError) {
    say(error.message);
    return CONFIG_EXIT_CODE;
  }
  if (error instanceof RefusedSettingsError) {
    say(...error.lines);
    return CONFIG_EXIT_CODE;
  }
  if (error instanceof ServiceApiError && error.answer?.status === UNAUTHORIZED) {
    say('The service refuses the key: set RINGBACK_API_KEY to one of its API_KEYS.');
    return FAILED;
  }
  if (error instanceof ServiceApiError && error.answer?.status === BAD_REQUEST) {
    say(...error.answer.problems);
    return WRONG_USAGE;
  }
  say(`The transcription failed: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof OwnServiceError) {
    say('', "The end of the service's log:", '', ...error.logTail.map((line) => `  ${line}`));
  }
  return FAILED;
}

process.exitCode = await main();
