import { Logger } from '@nestjs/common';
import { CONFIG_EXIT_CODE, ConfigError } from './config/config-error.js';
import { startService } from './start.js';

const logger = new Logger('Ringback');

process.on('unhandledRejection', (reason) => {
  logger.error(
    'a promise was rejected and nobody listened; stopping',
    reason instanceof Error ? reason.stack : reason,
  );
  process.exit(1);
});

try {
  const service = await startService();
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    logger.log(`${signal}: finishing running jobs, then stopping`);
    service.stop().then(
      () => {
        logger.log('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error('the stop failed', error instanceof Error ? error.stack : error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(CONFIG_EXIT_CODE);
  }
  logger.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
