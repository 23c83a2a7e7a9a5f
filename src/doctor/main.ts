import { Logger } from '@nestjs/common';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { ConfigModule } from '../config/config.module.js';
import { audioCheck } from './audio-check.js';
import { callbackCheck } from './callback-check.js';
import { reasonOf, type Check, type Finding } from './check.js';
import { databaseChecks } from './database-checks.js';
import { providerChecks } from './provider-checks.js';
import { redisCheck } from './redis-check.js';

const SYMBOLS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;
/** The longest name of a check, a model's, with a space. */
const NAME_WIDTH = 18;

/** Looks at everything that Ringback needs, one line each, and says what to do about what is wrong. */
async function examine(): Promise<boolean> {
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

function print(name: string, { state, detail, advice }: Finding): void {
  const line = `${SYMBOLS[state]}  ${name.padEnd(NAME_WIDTH)}  ${detail}`;
  process.stdout.write(`${advice === undefined ? line : `${line}; ${advice}`}\n`);
}

Logger.overrideLogger(false);
process.exit((await examine()) ? 0 : 1);
