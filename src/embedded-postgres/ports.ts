import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Cluster, writeOwned } from './data-folder.js';
import { errnoOf } from './embedded-postgres-error.js';

export const LOOPBACK = '127.0.0.1';

/** Stores the port, so that the settings of a psql or a dashboard stay valid across restarts. */
const PORT_FILE = 'ringback-port';

/** Lets the system choose a port. */
const ANY_PORT = 0;

/**
 * Returns the first of the wanted ports that is currently free, else one that the system chooses.
 * Another program may take the port before the server does; the caller must then try again.
 */
export async function chooseFreePort(wanted: readonly (number | null)[]): Promise<number> {
  for (const port of wanted) {
    const free = port === null ? null : await tryToListen(port);
    if (free !== null) return free;
  }
  const free = await tryToListen(ANY_PORT);
  if (free === null) throw new Error('the system has no free port on the loopback interface');
  return free;
}

/** @returns the port, or null when it is taken or not permitted (below 1024, for example) */
export function tryToListen(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      const errno = errnoOf(error);
      if (errno === 'EADDRINUSE' || errno === 'EACCES') resolve(null);
      else reject(error);
    });
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => {
        resolve(address !== null && typeof address === 'object' ? address.port : null);
      });
    });
  });
}

/** Returns the stored port, or null when there is none, or an invalid one. */
export async function lastPort(cluster: Cluster): Promise<number | null> {
  try {
    const port = Number(await readFile(join(cluster.folder, PORT_FILE), 'utf8'));
    return Number.isInteger(port) && port > 0 && port <= MAX_PORT ? port : null;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

const MAX_PORT = 65_535;

export async function rememberPort(cluster: Cluster, port: number): Promise<void> {
  await writeOwned({ file: join(cluster.folder, PORT_FILE), text: String(port), user: cluster.user });
}
