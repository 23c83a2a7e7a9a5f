import { chmod, lchown, readdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { firstLine, runProgram, type SystemUser } from './run-program.js';

/**
 * System users that exist to run what must not be root, best first: PostgreSQL's own (also by its name on macOS), then
 * the one that every system has.
 */
const UNPRIVILEGED_NAMES = ['postgres', '_postgres', 'nobody'];

/** A few `test -x` in a shell. */
const REACH_TIMEOUT_MS = 15_000;

/**
 * Whom the server runs as. PostgreSQL refuses to run as root, so root needs somebody else: the owner of the cluster
 * when there is one, else the owner of the data folder, else an unprivileged system user. No user is ever created.
 *
 * @returns null when we are not root, and run it as ourselves
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
    return users.find((user) => user.uid === owner.uid) ?? { ...owner, name: `uid ${owner.uid}` };
  }
  const folderOwner = await ownerOf(dataDir);
  // `initdb` wants its user to have a name: an id without an entry, as of a mounted volume, will not do.
  const user =
    users.find((candidate) => candidate.uid !== 0 && candidate.uid === folderOwner?.uid) ??
    UNPRIVILEGED_NAMES.flatMap((name) => users.filter((candidate) => candidate.name === name))[0];
  if (user !== undefined) return user;
  throw new EmbeddedPostgresError(
    'no_system_user',
    'PostgreSQL does not run as root, and this system has no user postgres or nobody to run it as: start Ringback as a normal user, create one with "useradd --system postgres", or set DATABASE_URL.',
  );
}

function foreignOwner(cluster: string, owner: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'foreign_owner',
    `The database folder ${cluster} belongs to ${owner}, who cannot run it from here: start Ringback as the user it was made for, give it to another (chown -R), or set another DATA_DIR.`,
  );
}

/** Null when there is no such folder. */
async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const facts = await stat(folder);
    return facts.isDirectory() ? { uid: facts.uid, gid: facts.gid } : null;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** As a mount or a provisioning script leaves it; the new cluster takes its place. */
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
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

/**
 * Lets the server's user through the data folder, to the cluster in it, when that folder is closed and holds nothing
 * but ours: then root made it for this, with `mkdtemp` say. Others stay out, and a folder with other things in it
 * stays as it is.
 */
export async function openForServerUser(dataDir: string, user: SystemUser): Promise<void> {
  if ((await firstClosed([dataDir], user)) === null) return;
  const names = await readdir(dataDir);
  if (!names.every((name) => name.startsWith('postgres'))) return;
  const { uid, mode } = await stat(dataDir);
  await handOver(dataDir, { ...user, uid });
  await chmod(dataDir, (mode & PERMISSION_BITS) | GROUP_MAY_ENTER);
}

const PERMISSION_BITS = 0o7777;
const GROUP_MAY_ENTER = 0o010;

/**
 * Gives a folder to a user. Follows no link: somebody else may own the folder above.
 *
 * @throws EmbeddedPostgresError `no_system_user` where root may not, as in a container without that capability
 */
export async function handOver(folder: string, user: SystemUser): Promise<void> {
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

/**
 * Makes sure that the server's user gets to its binaries and to the data folder.
 *
 * @throws EmbeddedPostgresError `not_enterable`, naming the folder that is closed
 */
export async function requireReachable(postgres: string, dataDir: string, user: SystemUser): Promise<void> {
  const closedBinary = await firstClosed([...foldersAbove(postgres), postgres], user);
  if (closedBinary !== null)
    throw notEnterable({ path: closedBinary, user, moved: 'move Ringback out of it' });
  const closedFolder = await firstClosed([...foldersAbove(dataDir), dataDir], user);
  if (closedFolder !== null) {
    throw notEnterable({ path: closedFolder, user, moved: 'set DATA_DIR to a folder outside of it' });
  }
}

function notEnterable(problem: { path: string; user: SystemUser; moved: string }): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'not_enterable',
    `PostgreSQL does not run as root, and the user ${problem.user.name}, whom it runs as instead, may not enter ${problem.path}: ${problem.moved}, start Ringback as a normal user, or set DATABASE_URL.`,
  );
}

/** From the root down. */
function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...foldersAbove(parent), parent];
}

/**
 * The first path that the user may not enter or run. Asked of the system, as that user: permission bits alone would
 * overlook access lists.
 */
async function firstClosed(paths: readonly string[], user: SystemUser): Promise<string | null> {
  const script = 'for path in "$@"; do test -x "$path" || { printf "%s\\n" "$path"; exit 1; }; done';
  try {
    const result = await runProgram({
      file: '/bin/sh',
      args: ['-c', script, 'sh', ...paths],
      cwd: '/',
      user,
      timeoutMs: REACH_TIMEOUT_MS,
    });
    return result.exitCode === 0 ? null : firstLine(result.output);
  } catch (error) {
    throw new EmbeddedPostgresError(
      'no_system_user',
      `PostgreSQL does not run as root, and root may not become the user ${user.name} here (${errnoOf(error) ?? 'failure'}): start Ringback as a normal user, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}
