import { constants } from 'node:fs';
import { chmod, open, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataDir } from '../config/make-data-dir.js';
import type { Binaries } from './binaries.js';
import { diskFull, EmbeddedPostgresError, errnoOf, explainFolderError } from './embedded-postgres-error.js';
import type { SystemUser } from './run-program.js';

/** A cluster's folder, and the binaries and user that run it. */
export interface Cluster {
  /** Parent of the cluster's folder, in which the cluster is created. */
  readonly home: string;
  readonly folder: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | null;
}

/** Role that owns everything in the cluster. */
export const SUPERUSER = 'ringback';

/**
 * Password file in the cluster's folder, so that both are created, moved and removed together.
 * Readable for its owner only: other users of the machine can reach the port, but not the data.
 */
export const PASSWORD_FILE = 'ringback-password';

/** Size of a WAL segment; a server that cannot add one stops. */
export const MIN_FREE_BYTES_TO_RUN = 16 * 1024 * 1024;

const OWNER_ONLY = 0o700;

/**
 * Creates the data folder, unless it exists.
 *
 * @throws EmbeddedPostgresError `folder_unusable`, `disk_full`
 */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await makeDataDir(dataDir);
  } catch (error) {
    throw explainFolderError(dataDir, error);
  }
}

/**
 * Checks whether there is a cluster that the binaries can run. `createCluster` leaves a complete
 * cluster or none, so any other content of the folder is not of Ringback, and is left alone.
 *
 * @returns false when there is no cluster, and one can be created
 * @throws EmbeddedPostgresError `not_a_cluster`, `other_version`
 */
export async function hasCluster(folder: string, majorVersion: string): Promise<boolean> {
  const names = await namesIn(folder);
  if (names?.length === 0) return false;
  if (names === null || !names.includes('PG_VERSION') || !names.includes(PASSWORD_FILE)) {
    throw new EmbeddedPostgresError(
      'not_a_cluster',
      `${folder} is not a database created by Ringback: move it away, or set another DATA_DIR.`,
    );
  }
  const version = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  if (version === majorVersion) return true;
  throw new EmbeddedPostgresError(
    'other_version',
    `The database in ${folder} was created by PostgreSQL ${version}, and this Ringback includes PostgreSQL ${majorVersion}: start the release that created it, move the data with pg_dump, or set another DATA_DIR.`,
  );
}

/** Lists a folder. Returns null when the path is not a folder. */
async function namesIn(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    if (errnoOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/**
 * Writes a file that belongs to the server's user, who may start Ringback next time, and syncs it.
 * Does not follow links: as root it would otherwise write to any file that this user links to.
 */
export async function writeOwned(target: {
  file: string;
  text: string;
  user: SystemUser | null;
}): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const handle = await open(target.file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  try {
    if (target.user !== null) await handle.chown(target.user.uid, target.user.gid);
    await handle.writeFile(target.text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function readPassword(cluster: Cluster): Promise<string> {
  return (await readFile(join(cluster.folder, PASSWORD_FILE), 'utf8')).trim();
}

/**
 * Removes access of other users. PostgreSQL refuses a folder that others may read, such as a copy
 * or a restored backup.
 */
export async function restrictToOwner(cluster: Cluster): Promise<void> {
  const { mode } = await stat(cluster.folder);
  if ((mode & 0o027) !== 0) await chmod(cluster.folder, OWNER_ONLY);
}

/** @throws EmbeddedPostgresError `disk_full` when the space does not suffice to start a server */
export async function requireFreeSpaceToRun(cluster: Cluster): Promise<void> {
  await requireFreeSpace(cluster.folder, MIN_FREE_BYTES_TO_RUN);
}

export async function requireFreeSpace(folder: string, minBytes: number): Promise<void> {
  const disk = await statfs(folder);
  if (disk.bavail * disk.bsize < minBytes) throw diskFull(folder);
}
