import { join } from 'node:path';
import { EmbeddedPostgresError, startEmbeddedServer } from '../../src/embedded-postgres/embedded-server.js';
import { readPostmaster } from '../../src/embedded-postgres/postmaster.js';

/**
 * Stops the database server that a killed service has left on its data folder. The server of a
 * running service is left alone. A second call is harmless.
 *
 * @throws EmbeddedPostgresError when it does not stop
 */
export async function stopLeftDatabase(dataDir: string): Promise<void> {
  if ((await readPostmaster(join(dataDir, 'postgres'))).state !== 'alive') return;
  try {
    // Takes over the server, under the lock of the folder.
    const server = await startEmbeddedServer({ dataDir, log: () => undefined });
    await server.stop();
  } catch (error) {
    if (error instanceof EmbeddedPostgresError && error.code === 'in_use') return;
    throw error;
  }
}
