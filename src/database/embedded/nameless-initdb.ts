/**
 * `initdb` for a user id without a name, as in a container that runs as any uid.
 *
 * `initdb`, and `postgres` in the single-user mode that `initdb` runs it in, ask getpwuid(3) for the name of their user
 * and end when there is none, though they do nothing with the name but print it:
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/common/username.c. The server itself does not ask. So both
 * programs are copied, and in the copies getpwent(3) is imported instead. It takes its argument from nobody, and returns
 * the first entry of /etc/passwd. The names are of one length, and came into every libc together.
 */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Imported names as their table holds them, between two zeros. */
const ASKED = Buffer.from('\0getpwuid\0');
const ASKED_INSTEAD = Buffer.from('\0getpwent\0');

const PROGRAM_MODE = 0o755;

/**
 * Makes the copies, for the time that a cluster is being made.
 *
 * @param workshop a folder that is removed afterwards
 * @returns the path of the copied `initdb`, which finds `postgres` beside itself
 * @throws EmbeddedPostgresError `nameless_user` when the programs are not as expected
 */
export async function makeNamelessInitdb(binaries: Binaries, workshop: string): Promise<string> {
  const copy = join(workshop, 'programs');
  const folder = join(copy, 'bin');
  await mkdir(folder, { recursive: true });
  const original = dirname(dirname(binaries.initdb));
  // Both look for their libraries and their other files beside the folder that they are in.
  for (const name of ['lib', 'share']) await symlink(join(original, name), join(copy, name));
  const initdb = join(folder, 'initdb');
  await copyWithoutQuestion(binaries.initdb, initdb);
  await copyWithoutQuestion(binaries.postgres, join(folder, 'postgres'));
  return initdb;
}

async function copyWithoutQuestion(original: string, copy: string): Promise<void> {
  const program = await readFile(original);
  const at = program.indexOf(ASKED);
  if (at === -1 || program.indexOf(ASKED, at + 1) !== -1) {
    throw namelessUser(`${original} does not import getpwuid as expected`);
  }
  ASKED_INSTEAD.copy(program, at);
  await writeFile(copy, program, { flag: 'wx', mode: PROGRAM_MODE });
}

export function namelessUser(reason: string, options?: ErrorOptions): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'nameless_user',
    `PostgreSQL could not make a database for a user id without a name (${reason}): give that id a line in /etc/passwd, start Ringback as a user who has one, or set DATABASE_URL.`,
    options,
  );
}
