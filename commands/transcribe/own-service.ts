import { randomBytes } from 'node:crypto';
import { CONFIG_EXIT_CODE } from '../../src/config/config-error.js';
import { LONG_NAMES } from '../../src/config/environment.js';
import { chooseFreePort } from '../../src/embedded-postgres/ports.js';
import { closing } from '../closing.js';
import type { Interruption } from '../interruption.js';
import { ServiceFailedError, ServiceProcess } from '../service/service-process.js';
import { chooseOwnFolder, removeOwnFolder } from './own-folder.js';
import type { Settings } from './settings.js';

const KEY_BYTES = 24;

/**
 * Settings of `.env` that are those of another service: where it listens, who may call it, and
 * where it stores. Callbacks would reach that one too, so that this one polls.
 */
const NOT_SHARED = [
  'METRICS_PORT',
  'DATABASE_URL',
  'REDIS_URL',
  'REDIS_PREFIX',
  'TRUST_PROXY',
  'CALLBACK_ALLOWED_IPS',
  'STORAGE_S3_BUCKET',
  'STORAGE_S3_REGION',
  'STORAGE_S3_ENDPOINT',
  'STORAGE_S3_KEY',
  'STORAGE_S3_SECRET',
  'STORAGE_S3_PATH_STYLE',
  'ASSEMBLYAI_WEBHOOK_URL',
  'ASSEMBLYAI_WEBHOOK_SECRET',
];

/** The service refuses its settings. */
export class RefusedSettingsError extends Error {
  override readonly name = 'RefusedSettingsError';
  readonly code = 'refused_settings';

  constructor(
    /** One line for each problem, as the service printed them. */
    readonly lines: readonly string[],
  ) {
    super('the service refuses its settings');
  }
}

/** The service failed; the end of its log says why. */
export class OwnServiceError extends Error {
  override readonly name = 'OwnServiceError';
  readonly code = 'own_service';

  constructor(
    message: string,
    readonly logTail: readonly string[],
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface OwnService {
  url: string;
  apiKey: string;
  /** Waits for `work`, but only as long as the service runs. */
  whileAlive: <T>(work: Promise<T>) => Promise<T>;
}

/**
 * Starts a service for the work: on embedded defaults, with the settings of the working folder. It
 * has ended, and its data is gone, when the promise settles.
 *
 * @throws RefusedSettingsError, OwnServiceError, or whatever `work` throws
 */
export async function withOwnService<T>(
  settings: Settings,
  interruption: Interruption,
  work: (service: OwnService) => Promise<T>,
): Promise<T> {
  const dataDir = await chooseOwnFolder(settings.dataDir);
  return closing(
    () => removeOwnFolder(dataDir),
    async () => {
      const port = await chooseFreePort([settings.port]);
      const apiKey = randomBytes(KEY_BYTES).toString('hex');
      const environment = ownEnvironment({ port, dataDir, apiKey });
      interruption.signal.throwIfAborted();
      const service = await ServiceProcess.spawn({
        dataDir,
        port,
        environment,
        settingsFolder: process.cwd(),
      });
      interruption.onForce(() => {
        service.kill();
      });
      return closing(
        () => service.stop(),
        () => explained(service, () => startAndWork(service, apiKey, interruption, work)),
      );
    },
  );
}

async function startAndWork<T>(
  service: ServiceProcess,
  apiKey: string,
  interruption: Interruption,
  work: (service: OwnService) => Promise<T>,
): Promise<T> {
  await service.ready(interruption.signal);
  return work({ url: service.url, apiKey, whileAlive: (running) => service.whileAlive(running) });
}

/** Reads the service's log when it failed, before the log is removed. */
async function explained<T>(service: ServiceProcess, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceFailedError)) throw error;
    const tail = await service.logTail();
    if (error.exitCode === CONFIG_EXIT_CODE) throw new RefusedSettingsError(tail);
    throw new OwnServiceError(error.message, tail, { cause: error });
  }
}

/**
 * Builds the variables that take precedence over those of the working folder.
 *
 * @param own.apiKey its only key, so that no other user of this machine can read what it has
 */
function ownEnvironment(own: { port: number; dataDir: string; apiKey: string }): Record<string, string> {
  const unset = NOT_SHARED.flatMap((name) => [name, LONG_NAMES[name] ?? name]);
  return {
    // An empty variable counts as unset.
    ...Object.fromEntries(unset.map((name) => [name, ''])),
    HOST: '127.0.0.1',
    PORT: String(own.port),
    ROLE: 'all',
    DATA_DIR: own.dataDir,
    API_KEYS: own.apiKey,
    CONSOLE: 'false',
  };
}
