/**
 * `initdb` for a user id without a name, as in a container that runs with an arbitrary uid.
 *
 * `initdb`, and `postgres` in the single-user mode in which `initdb` runs it, read their user's
 * name with getpwuid(3) and exit when there is none, although they only print the name:
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/common/username.c. The server itself
 * does not read it. So both programs are copied, and the copies import getpwent(3) instead, which
 * takes no argument and returns the first entry of /etc/passwd. Both names have the same length,
 * and every libc has both functions.
 */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Imported names as in the symbol table, between two zero bytes. */
const ORIGINAL_IMPORT = Buffer.from('\0getpwuid\0');
const REPLACEMENT_IMPORT = Buffer.from('\0getpwent\0');

const PROGRAM_MODE = 0o755;

/**
 * Creates the copies, which are needed only while a cluster is created.
 *
 * @param staging a folder that is removed afterwards
 * @returns the path of the copied `initdb`, which finds `postgres` beside itself
 * @throws EmbeddedPostgresError `nameless_user` when the programs are not as expected
 */
export async function makeNamelessInitdb(binaries: Binaries, staging: string): Promise<string> {
  const copy = join(staging, 'programs');
  const folder = join(copy, 'bin');
  await mkdir(folder, { recursive: true });
  const original = dirname(dirname(binaries.initdb));
  // Both programs find their libraries and other files next to their own folder.
  for (const name of ['lib', 'share']) await symlink(join(original, name), join(copy, name));
  const initdb = join(folder, 'initdb');
  await copyPatched(binaries.initdb, initdb);
  await copyPatched(binaries.postgres, join(folder, 'postgres'));
  return initdb;
}

async function copyPatched(original: string, copy: string): Promise<void> {
  const program = await readFile(original);
  const offset = program.indexOf(ORIGINAL_IMPORT);
  if (offset === -1 || program.indexOf(ORIGINAL_IMPORT, offset + 1) !== -1) {
    throw namelessUser(`${original} does not import getpwuid as expected`);
  }
  REPLACEMENT_IMPORT.copy(program, offset);
  await writeFile(copy, program, { flag: 'wx', mode: PROGRAM_MODE });
}

export function namelessUser(reason: string, options?: ErrorOptions): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'nameless_user',
    `PostgreSQL could not create a database for a user id without a name (${reason}): give that id a line in /etc/passwd, start Ringback as a user who has one, or set DATABASE_URL.`,
    options,
  );
}
