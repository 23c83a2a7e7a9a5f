import { join } from 'node:path';
import { EmbeddedPostgresError, startEmbeddedServer } from '../../src/embedded-postgres/embedded-server.js';
import { readPostmaster } from '../../src/embedded-postgres/postmaster.js';

/**
 * Stops the database server that a killed service has left on its data folder. One that belongs to a service that lives
 * is left alone. Running it twice is harmless.
 *
 * @throws EmbeddedPostgresError when it does not stop
 */
export async function stopLeftDatabase(dataDir: string): Promise<void> {
  if ((await readPostmaster(join(dataDir, 'postgres'))).state !== 'alive') return;
  try {
    // Takes the server over, under the lock of the folder.
    const server = await startEmbeddedServer({ dataDir, log: () => undefined });
    await server.stop();
  } catch (error) {
    if (error instanceof EmbeddedPostgresError && error.code === 'in_use') return;
    throw error;
  }
}
