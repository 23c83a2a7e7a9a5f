/**
 * Location of the cluster of a data folder.
 *
 * - It is in the data folder, as `postgres`, when the server's user can access it there.
 * - Otherwise it has a separate folder outside, and `postgres` in the data folder is a link to it.
 *   This happens for root only: the server then runs as another user, who may not enter root's
 *   home, for example.
 * - The link is created before the cluster, so that every cluster has its link, and the next start
 *   finds it.
 * - A cluster that is in the data folder stays there: one data folder never has two.
 */
import { chmod, mkdir, mkdtemp, readdir, readlink, rmdir, stat, statfs, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { pathExists, syncFolder } from './folders.js';
import { firstInaccessibleOnPath, grantAccessToCluster } from './reach.js';
import type { SystemUser } from './run-program.js';

/**
 * Folder for clusters outside. Not below /tmp or /var/tmp, which are cleared. Owned by root, and
 * outlasts a checkout.
 */
export const OUTSIDE_FOLDER = '/var/lib/ringback-postgresql';

/** Other users may access entries whose names they know, but not list the folder. */
const TRAVERSABLE_MODE = 0o711;

/**
 * Type of the file system of a container's own layer, which is removed with the container;
 * statfs(2).
 */
const OVERLAYFS_MAGIC = 0x794c7630;

export interface ClusterLocation {
  /** Folder in which the cluster is created and locked: the data folder, or the folder outside. */
  readonly home: string;
  /** The cluster's own folder, in `home`. */
  readonly folder: string;
}

/**
 * Finds the cluster. Without one, returns the location in the data folder, which may have to be
 * replaced by one outside.
 *
 * @throws EmbeddedPostgresError `cluster_gone`
 */
export async function findLocation(dataDir: string, outside: string): Promise<ClusterLocation> {
  const folder = join(dataDir, 'postgres');
  const target = await linkTarget(folder);
  // A link to any other folder was not created by Ringback, and is treated as a folder.
  if (target === null || dirname(dirname(target)) !== outside) return { home: dataDir, folder };
  const home = dirname(target);
  if (await pathExists(home)) return { home, folder: target };
  throw new EmbeddedPostgresError(
    'cluster_gone',
    `The database of ${dataDir} was in ${target}, which is gone: restore ${home}, or remove the link ${folder} to begin with an empty database.`,
  );
}

/**
 * Returns a location that the server's user can access: the given one, or a new one outside.
 *
 * @throws EmbeddedPostgresError `not_enterable`
 */
export async function reachableLocation(
  location: ClusterLocation,
  { dataDir, outside, user }: { dataDir: string; outside: string; user: SystemUser },
): Promise<ClusterLocation> {
  if (location.home !== dataDir) {
    const closed = await firstInaccessibleOnPath(location.home, user);
    if (closed === null) return location;
    throw notEnterable({ path: closed, user, advice: GRANT_ACCESS });
  }
  const closed = await grantAccessToCluster(dataDir, user);
  if (closed === null) return location;
  if (await isNonEmpty(location.folder)) throw notEnterable({ path: closed, user, advice: GRANT_ACCESS });
  await createOutsideFolder(outside, closed, user);
  await requireLasting({ outside, dataDir, closed, user });
  return createLinkedLocation(location, outside);
}

const GRANT_ACCESS = 'let that user pass (chmod o+x)';
const CHANGE_DATA_DIR = 'set DATA_DIR to a folder outside of it';

/**
 * Creates the outside folder. Only root needs it; root may fail to create it when system folders
 * are read-only.
 */
export async function createOutsideFolder(outside: string, closed: string, user: SystemUser): Promise<void> {
  try {
    const created = await mkdir(outside, { recursive: true });
    // Independent of the umask.
    if (created !== undefined) await chmod(outside, TRAVERSABLE_MODE);
  } catch (error) {
    throw notEnterable({
      path: closed,
      user,
      advice: `let root make the folder ${outside} (${errnoOf(error) ?? 'failure'}), ${CHANGE_DATA_DIR}`,
    });
  }
  const closedOutside = await firstInaccessibleOnPath(outside, user);
  if (closedOutside !== null) throw notEnterable({ path: closedOutside, user, advice: GRANT_ACCESS });
}

/**
 * Refuses an outside folder in a container when the data folder is on a volume, which outlasts the
 * container.
 */
async function requireLasting(options: {
  outside: string;
  dataDir: string;
  closed: string;
  user: SystemUser;
}): Promise<void> {
  const { outside, dataDir, closed, user } = options;
  if ((await statfs(outside)).type !== OVERLAYFS_MAGIC) return;
  if ((await stat(outside)).dev === (await stat(dataDir)).dev) return;
  throw notEnterable({ path: closed, user, advice: `mount the volume, and ${CHANGE_DATA_DIR}` });
}

async function createLinkedLocation(inside: ClusterLocation, outside: string): Promise<ClusterLocation> {
  const home = await mkdtemp(join(outside, 'data-'));
  await chmod(home, TRAVERSABLE_MODE);
  const folder = join(home, 'postgres');
  await syncFolder(outside);
  if (await pathExists(inside.folder)) await rmdir(inside.folder);
  await symlink(folder, inside.folder);
  await syncFolder(inside.home);
  return { home, folder };
}

export function notEnterable(problem: {
  path: string;
  user: SystemUser;
  advice: string;
}): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'not_enterable',
    `PostgreSQL does not run as root, and the user ${problem.user.name}, whom it runs as instead, may not enter ${problem.path}: ${problem.advice}, start Ringback as a normal user, or set DATABASE_URL.`,
  );
}

/** Returns the target of a link, or null when the path is not a link. */
async function linkTarget(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (error) {
    // EINVAL: not a link; UNKNOWN: the same on Windows.
    if (['ENOENT', 'EINVAL', 'UNKNOWN'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

async function isNonEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    if (errnoOf(error) === 'ENOTDIR') return true;
    throw error;
  }
}
