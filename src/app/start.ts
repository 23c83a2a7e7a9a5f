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
  /** The whole environment; the process's own, and `.env` behind it, when not given. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** No log at all, for a caller that runs many services. */
  quiet?: boolean;
  service?: ServiceOptions;
  /** @defaultValue a dynamic import */
  loadService?: LoadService;
}

/**
 * Starts the service: everything is connected, migrated and listening when the promise resolves. Its modules are most of a start,
 * so they are loaded while the embedded database comes up.
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
    // The launch wants this thread, which loading may hold for most of a second.
    await prepared.embedded?.launched;
    const { makeService } = await loadService();
    return await makeService(prepared, service);
  } catch (error) {
    await prepared.embedded?.stop();
    throw error;
  }
}

/**
 * Reads the configuration, and begins to start the embedded database where there is to be one.
 *
 * @throws ConfigError when the environment is invalid; nothing is started then
 */
async function prepareStart({ environment, quiet = false }: StartOptions): Promise<PreparedStart> {
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
