import { Logger } from '@nestjs/common';
import { CONFIG_EXIT_CODE, ConfigError } from '../config/config-error.js';
import { logProcessWarnings } from '../observability/library-warnings.js';
import type { RunningService } from './service.js';
import { startService, type LoadService } from './start.js';

const logger = new Logger('Ringback');

/** Stops what runs, or what is still starting, once; the exit code says whether that went well. */
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

/** Runs the service as this process: until a signal stops it, or it cannot start; both end the process. */
export async function run(loadService: LoadService): Promise<void> {
  logProcessWarnings();
  process.on('unhandledRejection', (reason) => {
    logger.error(
      'a promise was rejected and nobody listened; stopping',
      reason instanceof Error ? reason.stack : reason,
    );
    process.exit(1);
  });
  try {
    const starting = startService({ loadService });
    // Before the start has ended: what it has opened so far, an embedded database for example, must not be left behind.
    stopOnSignal(starting);
    await starting;
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(CONFIG_EXIT_CODE);
    }
    logger.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
