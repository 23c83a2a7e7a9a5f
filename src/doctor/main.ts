import { constants } from 'node:os';
import { Logger } from '@nestjs/common';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { ConfigModule } from '../config/config.module.js';
import { parseDoctorArguments, USAGE } from './arguments.js';
import { audioCheck } from './audio-check.js';
import { callbackCheck } from './callback-check.js';
import { reasonOf, type Check, type Finding } from './check.js';
import { databaseChecks } from './database-checks.js';
import { runLive } from './live.js';
import { print } from './print.js';
import { providerChecks } from './provider-checks.js';
import { redisCheck } from './redis-check.js';

const FAILED = 1;
/** Exit code of command-line programs for arguments that they do not know. */
const WRONG_USAGE = 2;
/** Shells exit with this plus the signal's number for a program that a signal ended. */
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

/** Looks at everything that Ringback needs, one line each, and says what to do about what is wrong. */
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
  const isWell = await runChecks(config);
  const isLive = !live || (await runLive(config));
  return isWell && isLive;
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
    return { state: 'failed', detail: reasonOf(error), advice: 'this is unexpected; the message says more' };
  }
}

/** The checks end within seconds, and take down the database that they bring up: a signal waits for that. */
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
