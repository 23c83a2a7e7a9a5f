import { chmod, lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { changeOwner } from './os-user.js';
import { firstLine, runProgram, type SystemUser } from './run-program.js';

/** A few `test -x` in a shell. */
const REACH_TIMEOUT_MS = 15_000;

const PERMISSION_BITS = 0o7777;
const GROUP_MAY_ENTER = 0o010;
const OTHERS_MAY_ANYTHING = 0o077;

/** The first path on the way to a folder or a program that the user may not enter or run; null when none is closed. */
export async function firstClosedOnTheWay(path: string, user: SystemUser): Promise<string | null> {
  return firstClosed([...foldersAbove(path), path], user);
}

/**
 * Lets the server's user through the data folder, to the cluster in it, when that folder is closed and holds nothing
 * but ours. Others stay out, and a folder with other things in it stays as it is.
 *
 * @returns the first folder on the way that stays closed, or null
 */
export async function openWayInto(dataDir: string, user: SystemUser): Promise<string | null> {
  const above = await firstClosed(foldersAbove(dataDir), user);
  if (above !== null) return above;
  if ((await firstClosed([dataDir], user)) === null) return null;
  if (!(await holdsOnlyOurs(dataDir))) return dataDir;
  const { uid, mode } = await stat(dataDir);
  await changeOwner(dataDir, { ...user, uid });
  await chmod(dataDir, (mode & PERMISSION_BITS) | GROUP_MAY_ENTER);
  return firstClosed([dataDir], user);
}

/** The recordings are closed by themselves; a folder of them that is not, a restored one say, needs this one closed. */
async function holdsOnlyOurs(dataDir: string): Promise<boolean> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith('postgres')) continue;
    if (name !== 'audio') return false;
    const { mode } = await lstat(join(dataDir, name));
    if ((mode & OTHERS_MAY_ANYTHING) !== 0) return false;
  }
  return true;
}

/** From the root down. */
function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...foldersAbove(parent), parent];
}

/**
 * The first of the paths that the user may not enter or run. Asked of the system, as that user: permission bits alone
 * would overlook access lists.
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
