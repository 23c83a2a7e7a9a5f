import { prepareStart, type PrepareOptions } from './prepare-start.js';
import type * as ServiceModule from './service.js';
import type { RunningService, ServiceOptions } from './service.js';

export type LoadService = () => typeof ServiceModule | Promise<typeof ServiceModule>;

export interface StartOptions extends PrepareOptions {
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
    // What is done until then wants this thread, which loading may hold for most of a second.
    await prepared.embedded?.launched;
    const { makeService } = await loadService();
    return await makeService(prepared, service);
  } catch (error) {
    await prepared.embedded?.stop();
    throw error;
  }
}
