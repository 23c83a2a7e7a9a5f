/**
 * Where the cluster of a data folder lies.
 *
 * 1. In the data folder, as `postgres`, wherever the server's user gets there.
 * 2. Else in a folder of its own outside, and `postgres` in the data folder is a link to it. Only root needs that: the
 *    server runs as another user then, who may not enter root's home, for example.
 * 3. The link is made before the cluster, so no cluster is ever without its link, and the next start finds it.
 * 4. A cluster that is in the data folder stays there: one data folder never has two.
 */
import { chmod, mkdir, mkdtemp, readdir, readlink, rmdir, stat, statfs, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { isThere, syncFolder } from './folders.js';
import { firstClosedOnTheWay, openWayInto } from './reach.js';
import type { SystemUser } from './run-program.js';

/** Not below /tmp or /var/tmp, which are cleared. Belongs to root, and outlasts a checkout. */
export const OUTSIDE = '/var/lib/ringback-postgresql';

/** Others may pass, to what they know the name of, and not look around. */
const PASSABLE = 0o711;

/** The file system of a container's own layer, which goes with the container; statfs(2). */
const OVERLAYFS_MAGIC = 0x794c7630;

export interface ClusterLocation {
  /** Where the cluster is made and locked: the data folder, or the folder outside. */
  readonly home: string;
  /** The cluster's own folder, in `home`. */
  readonly folder: string;
}

/**
 * Where the cluster is, or will be unless it must be outside.
 *
 * @throws EmbeddedPostgresError `cluster_gone`
 */
export async function findLocation(dataDir: string, outside: string): Promise<ClusterLocation> {
  const folder = join(dataDir, 'postgres');
  const target = await linkTarget(folder);
  // Any other link was made by somebody else, for reasons of their own, and is a folder like any other.
  if (target === null || dirname(dirname(target)) !== outside) return { home: dataDir, folder };
  const home = dirname(target);
  if (await isThere(home)) return { home, folder: target };
  throw new EmbeddedPostgresError(
    'cluster_gone',
    `The database of ${dataDir} was in ${target}, which is gone: restore ${home}, or remove the link ${folder} to begin with an empty database.`,
  );
}

/**
 * The location that the server's user gets to: the given one, or a new one outside.
 *
 * @throws EmbeddedPostgresError `not_enterable`
 */
export async function reachableLocation(
  location: ClusterLocation,
  { dataDir, outside, user }: { dataDir: string; outside: string; user: SystemUser },
): Promise<ClusterLocation> {
  if (location.home !== dataDir) {
    const closed = await firstClosedOnTheWay(location.home, user);
    if (closed === null) return location;
    throw notEnterable({ path: closed, user, advice: LET_IN });
  }
  const closed = await openWayInto(dataDir, user);
  if (closed === null) return location;
  if (await holdsSomething(location.folder)) throw notEnterable({ path: closed, user, advice: LET_IN });
  await makeOutside(outside, closed, user);
  await requireLasting({ outside, dataDir, closed, user });
  return makeLinkedLocation(location, outside);
}

const LET_IN = 'let that user pass (chmod o+x)';
const MOVE_OUT = 'set DATA_DIR to a folder outside of it';

/** Somebody who is not root does not get this far; root does not where the system's folders are read-only. */
export async function makeOutside(outside: string, closed: string, user: SystemUser): Promise<void> {
  try {
    const created = await mkdir(outside, { recursive: true });
    // Whatever the umask says.
    if (created !== undefined) await chmod(outside, PASSABLE);
  } catch (error) {
    throw notEnterable({
      path: closed,
      user,
      advice: `let root make the folder ${outside} (${errnoOf(error) ?? 'failure'}), ${MOVE_OUT}`,
    });
  }
  const closedOutside = await firstClosedOnTheWay(outside, user);
  if (closedOutside !== null) throw notEnterable({ path: closedOutside, user, advice: LET_IN });
}

/** A data folder on a volume outlasts its container; its database must not stay behind in the container. */
async function requireLasting(options: {
  outside: string;
  dataDir: string;
  closed: string;
  user: SystemUser;
}): Promise<void> {
  const { outside, dataDir, closed, user } = options;
  if ((await statfs(outside)).type !== OVERLAYFS_MAGIC) return;
  if ((await stat(outside)).dev === (await stat(dataDir)).dev) return;
  throw notEnterable({ path: closed, user, advice: `mount the volume, and ${MOVE_OUT}` });
}

async function makeLinkedLocation(inside: ClusterLocation, outside: string): Promise<ClusterLocation> {
  const home = await mkdtemp(join(outside, 'data-'));
  await chmod(home, PASSABLE);
  const folder = join(home, 'postgres');
  await syncFolder(outside);
  if (await isThere(inside.folder)) await rmdir(inside.folder);
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

/** Null when it is no link. */
async function linkTarget(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (error) {
    // EINVAL: something else than a link; UNKNOWN: the same, on Windows.
    if (['ENOENT', 'EINVAL', 'UNKNOWN'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

async function holdsSomething(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    if (errnoOf(error) === 'ENOTDIR') return true;
    throw error;
  }
}
