import { lchown, readdir, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import type { SystemUser } from './run-program.js';

/**
 * Unprivileged system users, in order of preference: PostgreSQL's own (also by its name on macOS),
 * then the one that every system has.
 */
const UNPRIVILEGED_NAMES = ['postgres', '_postgres', 'nobody'];

/**
 * Chooses the user that runs the server. PostgreSQL refuses to run as root, so root needs another
 * user: the owner of the cluster when there is one, else the owner of the data folder, else an
 * unprivileged system user. No user is ever created.
 *
 * @returns null when this process is not root, and its own user runs the server
 * @throws EmbeddedPostgresError `foreign_owner`, `no_system_user`
 */
export async function chooseServerUser(
  dataDir: string,
  cluster: string,
  passwdFile = '/etc/passwd',
): Promise<SystemUser | null> {
  const self = process.getuid?.();
  const owner = await ownerOf(cluster);
  if (self !== 0) {
    if (owner !== null && self !== undefined && owner.uid !== self)
      throw foreignOwner(cluster, `uid ${owner.uid}`);
    return null;
  }
  const users = parsePasswd(await readPasswd(passwdFile));
  if (owner !== null && !(await isRootsEmptyFolder(cluster, owner.uid))) {
    if (owner.uid === 0) throw foreignOwner(cluster, 'root');
    return users.find((user) => user.uid === owner.uid) ?? nameless(owner);
  }
  const folderOwner = await ownerOf(dataDir);
  const user =
    users.find((candidate) => candidate.uid !== 0 && candidate.uid === folderOwner?.uid) ??
    UNPRIVILEGED_NAMES.flatMap((name) => users.filter((candidate) => candidate.name === name))[0];
  if (user !== undefined) return user;
  throw new EmbeddedPostgresError(
    'no_system_user',
    'PostgreSQL does not run as root, and this system has no user postgres or nobody to run it as: start Ringback as a normal user, create one with "useradd --system postgres", or set DATABASE_URL.',
  );
}

function nameless(owner: { uid: number; gid: number }): SystemUser {
  return { ...owner, name: `uid ${owner.uid}`, hasName: false };
}

/**
 * Whether the system has a name for the user. A container that runs with an arbitrary uid has none.
 *
 * @param user null for the user of this process
 */
export function hasName(user: SystemUser | null): boolean {
  if (user !== null) return user.hasName;
  try {
    userInfo();
    return true;
  } catch (error) {
    // Node reads the name as PostgreSQL does, and has no specific code for a missing one.
    if (errnoOf(error) === 'ERR_SYSTEM_ERROR') return false;
    throw error;
  }
}

function foreignOwner(cluster: string, owner: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'foreign_owner',
    `The database folder ${cluster} belongs to ${owner}, who cannot run it from here: start Ringback as the user it was made for, give it to another (chown -R), or set another DATA_DIR.`,
  );
}

/** Returns the owner of a folder, or null when there is no such folder. */
async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const facts = await stat(folder);
    return facts.isDirectory() ? { uid: facts.uid, gid: facts.gid } : null;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Whether a folder is an empty one of root, as a mount or a provisioning script leaves it. The new
 * cluster replaces it.
 */
async function isRootsEmptyFolder(folder: string, ownerUid: number): Promise<boolean> {
  return ownerUid === 0 && (await readdir(folder)).length === 0;
}

async function readPasswd(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}

function parsePasswd(text: string): SystemUser[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), hasName: true }];
  });
}

/**
 * Changes the owner of a folder. Does not follow links, as another user may own the folder above.
 *
 * @throws EmbeddedPostgresError `no_system_user` when root may not do that, as in a container
 * without that capability
 */
export async function changeOwner(folder: string, user: SystemUser): Promise<void> {
  try {
    await lchown(folder, user.uid, user.gid);
  } catch (error) {
    throw new EmbeddedPostgresError(
      'no_system_user',
      `PostgreSQL does not run as root, and root may not give ${folder} to the user ${user.name} here (${errnoOf(error) ?? 'failure'}): start Ringback as a normal user, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}
