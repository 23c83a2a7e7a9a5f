import { constants } from 'node:os';
import { Logger } from '@nestjs/common';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { ConfigModule } from '../config/config.module.js';
import { parseDoctorArguments, USAGE } from './arguments.js';
import { audioCheck } from './audio-check.js';
import { callbackCheck } from './callback-check.js';
import { type Check, type Finding } from './check.js';
import { errorMessage } from '../errors/error-message.js';
import { databaseChecks } from './database-checks.js';
import { runLive } from './live.js';
import { print } from './print.js';
import { providerChecks } from './provider-checks.js';
import { redisCheck } from './redis-check.js';

const FAILED = 1;
/** Conventional exit code of command-line programs for unknown arguments. */
const WRONG_USAGE = 2;
/** Exit code, to which shells add the signal's number, of a program that a signal ended. */
const EXIT_CODE_BASE = 128;

async function main(): Promise<number> {
  const parsed = parseDoctorArguments(process.argv.slice(2));
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'wrong':
      process.stderr.write(`${parsed.problem}\n\n${USAGE}`);
      return WRONG_USAGE;
    case 'run':
      return (await examine(parsed)) ? 0 : FAILED;
  }
}

/**
 * Checks everything that Ringback needs, and prints one line for each check, with advice for each
 * problem.
 */
async function examine({ live }: { live: boolean }): Promise<boolean> {
  let config: AppConfig;
  try {
    ({ config } = await ConfigModule.load());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { variable, problem } of error.problems) {
      print('configuration', { state: 'failed', detail: `${variable} ${problem}` });
    }
    return false;
  }
  print('configuration', { state: 'ok', detail: `${config.transcription.delivery.kind} strategy` });
  const checksPassed = await runChecks(config);
  const livePassed = !live || (await runLive(config));
  return checksPassed && livePassed;
}

async function runChecks(config: AppConfig): Promise<boolean> {
  const checks: Check[] = [
    ...databaseChecks(config),
    ...(config.redisUrl === undefined ? [] : [redisCheck(config.redisUrl, config.redisPrefix)]),
    audioCheck(config),
    ...providerChecks(config),
    callbackCheck(config),
  ];
  const findings = await Promise.all(checks.map(run));
  for (const [index, finding] of findings.entries()) print(checks[index]?.name ?? '', finding);
  return findings.every(({ state }) => state !== 'failed');
}

async function run(check: Check): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    return {
      state: 'failed',
      detail: errorMessage(error),
      advice: 'this error is unexpected; see its message',
    };
  }
}

/**
 * Records the first stop signal: the checks end within seconds, and must still stop the database
 * that they start.
 */
function firstStopSignal(): () => NodeJS.Signals | undefined {
  let received: NodeJS.Signals | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      received ??= signal;
    });
  }
  return () => received;
}

Logger.overrideLogger(false);
const stopSignal = firstStopSignal();
const exitCode = await main();
const signal = stopSignal();
process.exit(signal === undefined ? exitCode : EXIT_CODE_BASE + constants.signals[signal]);
