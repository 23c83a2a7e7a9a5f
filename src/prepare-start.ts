import { type DynamicModule, Logger, type LoggerService } from '@nestjs/common';
import type { AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { EmbeddedStart } from './database/embedded/embedded-start.js';
import { SecretRedactor } from './observability/secret-redactor.js';
import { ServiceLogger } from './observability/service-logger.js';

export interface PrepareOptions {
  /** The whole environment; the process's own, and `.env` behind it, when not given. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** No log at all, for a caller that runs many services. */
  quiet?: boolean;
}

/** What is there before the modules of the service are. */
export interface PreparedStart {
  config: AppConfig;
  configModule: DynamicModule;
  logger: LoggerService | false;
  /** Under way, unless DATABASE_URL is set. Whoever prepared the start stops it should the service not come up. */
  embedded?: EmbeddedStart;
}

/**
 * Reads the configuration, and begins to start the embedded database where there is to be one.
 *
 * @throws ConfigError when the environment is invalid; nothing is started then
 */
export async function prepareStart({ environment, quiet = false }: PrepareOptions): Promise<PreparedStart> {
  const { module: configModule, config } = await ConfigModule.load(environment);
  const logger = quiet ? false : new ServiceLogger(SecretRedactor.for(config));
  // Nest sets it when it makes the application; the database, and libraries that are loaded, have something to say before.
  Logger.overrideLogger(logger);
  if (config.databaseUrl !== undefined) return { config, configModule, logger };
  const databaseLogger = new Logger('EmbeddedPostgres');
  const embedded = EmbeddedStart.begin({
    dataDir: config.dataDir,
    log: (line) => {
      databaseLogger.log(line);
    },
  });
  return { config, configModule, logger, embedded };
}
