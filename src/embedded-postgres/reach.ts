import { chmod, lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { changeOwner } from './os-user.js';
import { firstLine, runProgram, type SystemUser } from './run-program.js';

/** For a few `test -x` in a shell. */
const REACH_TIMEOUT_MS = 15_000;

const PERMISSION_BITS = 0o7777;
const GROUP_MAY_ENTER = 0o010;
const OTHERS_MAY_ANYTHING = 0o077;

/**
 * Finds the first folder on the path, or the program itself, that the user may not enter or run;
 * null when there is none.
 */
export async function firstInaccessibleOnPath(path: string, user: SystemUser): Promise<string | null> {
  return firstInaccessible([...foldersAbove(path), path], user);
}

/**
 * Gives the server's user access to the cluster in a closed data folder, if the folder contains
 * only files of Ringback. Other users get no access, and a folder with other files is not changed.
 *
 * @returns the first folder on the path that stays closed, or null
 */
export async function grantAccessToCluster(dataDir: string, user: SystemUser): Promise<string | null> {
  const above = await firstInaccessible(foldersAbove(dataDir), user);
  if (above !== null) return above;
  if ((await firstInaccessible([dataDir], user)) === null) return null;
  if (!(await holdsOnlyOurs(dataDir))) return dataDir;
  const { uid, mode } = await stat(dataDir);
  await changeOwner(dataDir, { ...user, uid });
  await chmod(dataDir, (mode & PERMISSION_BITS) | GROUP_MAY_ENTER);
  return firstInaccessible([dataDir], user);
}

/**
 * Whether a folder has only files of Ringback. Recordings that others may read, such as restored
 * ones, need it closed.
 */
async function holdsOnlyOurs(dataDir: string): Promise<boolean> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith('postgres')) continue;
    if (name !== 'audio') return false;
    const { mode } = await lstat(join(dataDir, name));
    if ((mode & OTHERS_MAY_ANYTHING) !== 0) return false;
  }
  return true;
}

/** Returns the parent folders, beginning with the root. */
function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...foldersAbove(parent), parent];
}

/**
 * Finds the first of the paths that the user may not enter or run. Checked by a program that runs
 * as that user, as permission bits alone ignore access control lists.
 */
async function firstInaccessible(paths: readonly string[], user: SystemUser): Promise<string | null> {
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
