import { parseDemoArguments, USAGE, type DemoArguments } from './arguments.js';
import { runDemo } from './demo.js';
import { InterruptedError, Interruption } from '../commands/interruption.js';
import { Screen } from '../commands/terminal/screen.js';
import type { ServiceProcess } from '../commands/service/service-process.js';

const FAILED = 1;
/** Exit code of command-line programs for unknown arguments. */
const WRONG_USAGE = 2;

async function main(): Promise<number> {
  const parsed = parseDemoArguments(process.argv.slice(2));
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'wrong':
      process.stderr.write(`${parsed.problem}\n\n${USAGE}`);
      return WRONG_USAGE;
    case 'run':
      return run(parsed.options);
  }
}

async function run({ exit, dataDir }: DemoArguments): Promise<number> {
  const screen = new Screen();
  const isWatched = screen.isTerminal && process.env.CI !== 'true';
  const options = { dataDir, live: isWatched, staysUp: isWatched && !exit };
  const interruption = new Interruption();
  let service: ServiceProcess | undefined;
  try {
    await runDemo({ options, screen, interruption }, (started) => {
      service = started;
    });
    return 0;
  } catch (error) {
    if (error instanceof InterruptedError) return error.exitCode;
    await printFailure(error, service);
    return FAILED;
  }
}

async function printFailure(error: unknown, service: ServiceProcess | undefined): Promise<void> {
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  for (const one of errors) {
    process.stderr.write(`\nThe demo failed: ${one instanceof Error ? one.message : String(one)}\n`);
  }
  if (service === undefined) return;
  const tail = await service.logTail();
  process.stderr.write(`\nThe end of the service's log, ${service.logFile}:\n\n`);
  for (const line of tail) process.stderr.write(`  ${line}\n`);
}

process.exitCode = await main();
