import { constants } from 'node:fs';
import { cp, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Binaries } from './binaries.js';
import { createOutsideFolder, notEnterable } from './cluster-location.js';
import { errnoOf } from './embedded-postgres-error.js';
import { pathExists, syncFolder } from './folders.js';
import { firstInaccessibleOnPath } from './reach.js';
import type { SystemUser } from './run-program.js';

const FOLDER_MODE = 0o755;
const PERMISSION_BITS = 0o777;
const ALL_MAY_READ = 0o444;
const OWNER_MAY_RUN = 0o100;
const ALL_MAY_RUN = 0o111;

/**
 * Returns binaries that the server's user may run: the originals, or, when that user cannot access
 * the folder of the packages, a copy in the outside folder. The copy is named by its version,
 * shared by all data folders, and created again when it is missing.
 *
 * @throws EmbeddedPostgresError `not_enterable`
 */
export async function reachableBinaries(
  binaries: Binaries,
  { outside, user }: { outside: string; user: SystemUser },
): Promise<Binaries> {
  const closed = await firstInaccessibleOnPath(binaries.postgres, user);
  if (closed === null) return binaries;
  await createOutsideFolder(outside, closed, user);
  const copy = await copyOf(binaries, outside);
  const closedCopy = await firstInaccessibleOnPath(copy.postgres, user);
  if (closedCopy === null) return copy;
  throw notEnterable({ path: closedCopy, user, advice: 'remove it, or move Ringback to an open folder' });
}

async function copyOf(binaries: Binaries, outside: string): Promise<Binaries> {
  const original = dirname(dirname(binaries.postgres));
  const copy = join(outside, `${basename(binaries.packageName)}-${await versionOf(original)}`);
  if (!(await pathExists(copy))) await makeCopy(original, copy);
  const inCopy = (path: string): string => join(copy, relative(original, path));
  return {
    packageName: binaries.packageName,
    postgres: inCopy(binaries.postgres),
    initdb: inCopy(binaries.initdb),
    pgCtl: inCopy(binaries.pgCtl),
  };
}

async function versionOf(native: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8'));
  return (manifest as { version: string }).version;
}

/**
 * Copies to a temporary folder, which is then renamed: a crash never leaves a partial copy that a
 * later start would run.
 */
async function makeCopy(original: string, copy: string): Promise<void> {
  const staging = await mkdtemp(`${copy}.init-`);
  try {
    await cp(original, staging, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    });
    await openToAll(staging);
    await rename(staging, copy);
    await syncFolder(dirname(copy));
  } catch (error) {
    // The start of another data folder was faster.
    if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * Makes the copy readable for all, as packages installed under a strict umask are not. Syncs all
 * files, to complete the copy.
 */
async function openToAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await openFileToAll(path);
  }
  const handle = await open(folder, 'r');
  try {
    await handle.chmod(FOLDER_MODE);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openFileToAll(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { mode } = await handle.stat();
    const run = (mode & OWNER_MAY_RUN) === 0 ? 0 : ALL_MAY_RUN;
    await handle.chmod((mode & PERMISSION_BITS) | ALL_MAY_READ | run);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
