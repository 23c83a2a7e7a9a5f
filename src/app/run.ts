import { errorMessage } from '../errors/error-message.js';
import { Logger } from '@nestjs/common';
import { CONFIG_EXIT_CODE, ConfigError } from '../config/config-error.js';
import { logProcessWarnings } from '../observability/library-warnings.js';
import type { RunningService } from './service.js';
import { startService, type LoadService } from './start.js';

const logger = new Logger('Ringback');

/**
 * Stops the running or starting service once, at the first signal. The exit code says whether the
 * stop succeeded.
 */
function stopOnSignal(starting: Promise<RunningService>): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<never> => {
    logger.log(`${signal}: finishing running jobs, then stopping`);
    try {
      await (await starting).stop();
      logger.log('stopped');
      return process.exit(0);
    } catch (error) {
      logger.error('the stop failed', error instanceof Error ? error.stack : error);
      return process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void stop(signal);
    });
  }
}

/**
 * Runs the service in this process. The process ends when a signal stops the service, or when it
 * cannot start.
 */
export async function run(loadService: LoadService): Promise<void> {
  logProcessWarnings();
  process.on('unhandledRejection', (reason) => {
    logger.error(
      'a promise was rejected without a handler; stopping',
      reason instanceof Error ? reason.stack : reason,
    );
    process.exit(1);
  });
  try {
    const starting = startService({ loadService });
    // Installed before the start ends, so that a signal also closes what is open by then, such as
    // an embedded database.
    stopOnSignal(starting);
    await starting;
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(CONFIG_EXIT_CODE);
    }
    logger.error(errorMessage(error));
    process.exit(1);
  }
}
