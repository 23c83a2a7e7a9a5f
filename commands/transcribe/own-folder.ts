/**
 * Data folder of a service that the command starts for itself. It exists only while the command
 * runs: recordings and texts must not pile up in a place where nobody looks for them.
 *
 * Its name has the machine and the process, so that commands can run at the same time, and each
 * removes what a killed one has left behind.
 */
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeDataDir } from '../../src/config/make-data-dir.js';
import { findLocation, OUTSIDE_FOLDER } from '../../src/embedded-postgres/cluster-location.js';
import { EmbeddedPostgresError, errnoOf } from '../../src/embedded-postgres/embedded-postgres-error.js';
import { stopLeftDatabase } from '../service/left-database.js';

/** The last processes of a stopped server may still be writing. */
const REMOVAL = { recursive: true, force: true, maxRetries: 20 } as const;

const PREFIX = `transcribe.${hostname()}.`;

/**
 * Returns the path of a folder for this process, which does not exist yet.
 *
 * @param dataDir in which it will be; created unless it exists
 * @throws EmbeddedPostgresError when the database of a killed command does not stop
 */
export async function chooseOwnFolder(dataDir: string): Promise<string> {
  await makeDataDir(dataDir);
  const left = (await readdir(dataDir)).filter((name) => /^\d+$/.test(name.slice(PREFIX.length)));
  for (const name of left) {
    if (name.startsWith(PREFIX) && !isOther(Number(name.slice(PREFIX.length)))) {
      await removeOwnFolder(join(dataDir, name));
    }
  }
  return join(dataDir, `${PREFIX}${process.pid}`);
}

/** Removes a folder with its database, its log and all recordings. A second call is harmless. */
export async function removeOwnFolder(folder: string): Promise<void> {
  await stopLeftDatabase(folder);
  const outside = await outsideHome(folder);
  for (const path of [outside, folder, `${folder}.log`]) {
    if (path !== undefined) await rm(path, REMOVAL);
  }
}

/** Returns the folder of its database, when that is not in the data folder. */
async function outsideHome(folder: string): Promise<string | undefined> {
  try {
    const { home } = await findLocation(folder, OUTSIDE_FOLDER);
    return home === folder ? undefined : home;
  } catch (error) {
    if (error instanceof EmbeddedPostgresError && error.code === 'cluster_gone') return undefined;
    throw error;
  }
}

/** Whether another process with this id runs. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}
