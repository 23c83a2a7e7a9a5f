import { constants } from 'node:fs';
import { chmod, open, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataDir } from '../config/make-data-dir.js';
import type { Binaries } from './binaries.js';
import { diskFull, EmbeddedPostgresError, errnoOf, explainFolderError } from './embedded-postgres-error.js';
import type { SystemUser } from './run-program.js';

/** A cluster's folder, and with what it is run. */
export interface Cluster {
  /** Where it is made, beside its folder. */
  readonly home: string;
  readonly folder: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | null;
}

/** The role that owns everything in the cluster. */
export const SUPERUSER = 'ringback';

/**
 * In the cluster's folder, so that both appear, move and vanish together. Readable for its owner only: other users of
 * the machine reach the port, but not the data.
 */
export const PASSWORD_FILE = 'ringback-password';

/** A server that cannot add one WAL segment stops. */
export const MIN_FREE_BYTES_TO_RUN = 16 * 1024 * 1024;

const OWNER_ONLY = 0o700;

/**
 * Makes the data folder, unless it is there already.
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
 * Says whether there is a cluster that the binaries can run. What `createCluster` makes appears whole or not at all, so
 * anything else in its place was put there by somebody, and is left alone.
 *
 * @returns false when there is none, and one can be created
 * @throws EmbeddedPostgresError `not_a_cluster`, `other_version`
 */
export async function hasCluster(folder: string, majorVersion: string): Promise<boolean> {
  const names = await namesIn(folder);
  if (names?.length === 0) return false;
  if (names === null || !names.includes('PG_VERSION') || !names.includes(PASSWORD_FILE)) {
    throw new EmbeddedPostgresError(
      'not_a_cluster',
      `${folder} is something else than the database that Ringback made: move it away, or set another DATA_DIR.`,
    );
  }
  const version = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  if (version === majorVersion) return true;
  throw new EmbeddedPostgresError(
    'other_version',
    `The database in ${folder} was made by PostgreSQL ${version}, and this Ringback brings PostgreSQL ${majorVersion}: start the release that made it, move the data with pg_dump, or set another DATA_DIR.`,
  );
}

/** Null when it is not a folder. */
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
 * Writes a file that belongs to the server's user, who may start Ringback next time, and syncs it. Follows no link: as
 * root we would else write to wherever that user points it.
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

/** PostgreSQL refuses a folder that others may read, which a copy or a restored backup easily becomes. */
export async function closeToOthers(cluster: Cluster): Promise<void> {
  const { mode } = await stat(cluster.folder);
  if ((mode & 0o027) !== 0) await chmod(cluster.folder, OWNER_ONLY);
}

/** @throws EmbeddedPostgresError `disk_full` when a server could not even start there */
export async function requireFreeSpaceToRun(cluster: Cluster): Promise<void> {
  await requireFreeSpace(cluster.folder, MIN_FREE_BYTES_TO_RUN);
}

export async function requireFreeSpace(folder: string, minBytes: number): Promise<void> {
  const disk = await statfs(folder);
  if (disk.bavail * disk.bsize < minBytes) throw diskFull(folder);
}
