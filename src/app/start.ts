import { Logger } from '@nestjs/common';
import { ConfigModule } from '../config/config.module.js';
import { EmbeddedStart } from '../embedded-postgres/embedded-server.js';
import { SecretRedactor } from '../observability/secret-redactor.js';
import { ServiceLogger } from '../observability/service-logger.js';
import type { PreparedStart } from './app.module.js';
import type * as ServiceModule from './service.js';
import type { RunningService, ServiceOptions } from './service.js';

export type LoadService = () => typeof ServiceModule | Promise<typeof ServiceModule>;

export interface StartOptions {
  /** The whole environment. @defaultValue the environment of the process, completed by `.env` */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Turns the log off, for a caller that runs many services. */
  quiet?: boolean;
  service?: ServiceOptions;
  /** @defaultValue a dynamic import */
  loadService?: LoadService;
}

/**
 * Starts the service: everything is connected, migrated and listening when the promise resolves.
 * Loading its modules takes most of a start, so they are loaded while the embedded database starts.
 *
 * @throws ConfigError when the environment is invalid
 */
export async function startService({
  loadService = () => import('./service.js'),
  service,
  ...options
}: StartOptions = {}): Promise<RunningService> {
  const prepared = await prepareStart(options);
  try {
    // Launching the database server needs this thread, which loading the modules may block for most
    // of a second.
    await prepared.embedded?.launched;
    const { createService } = await loadService();
    return await createService(prepared, service);
  } catch (error) {
    await prepared.embedded?.stop();
    throw error;
  }
}

/**
 * Reads the configuration, and begins to start the embedded database when DATABASE_URL is unset.
 *
 * @throws ConfigError when the environment is invalid; nothing is started then
 */
async function prepareStart({ environment, quiet = false }: StartOptions): Promise<PreparedStart> {
  const { module: configModule, config } = await ConfigModule.load(environment);
  const logger = quiet ? false : new ServiceLogger(SecretRedactor.for(config));
  // Nest sets it when it creates the application, but the database and loaded libraries already log
  // before that.
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
