import { constants } from 'node:fs';
import { cp, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Binaries } from './binaries.js';
import { makeOutside, notEnterable } from './cluster-location.js';
import { errnoOf } from './embedded-postgres-error.js';
import { isThere, syncFolder } from './folders.js';
import { firstClosedOnTheWay } from './reach.js';
import type { SystemUser } from './run-program.js';

const FOLDER_MODE = 0o755;
const PERMISSION_BITS = 0o777;
const ALL_MAY_READ = 0o444;
const OWNER_MAY_RUN = 0o100;
const ALL_MAY_RUN = 0o111;

/**
 * The binaries where the server's user may run them: as they are, or, when the folder of the packages is closed to that
 * user, a copy outside. The copy is named by its version, shared by all data folders, and made anew when it is gone.
 *
 * @throws EmbeddedPostgresError `not_enterable`
 */
export async function reachableBinaries(
  binaries: Binaries,
  { outside, user }: { outside: string; user: SystemUser },
): Promise<Binaries> {
  const closed = await firstClosedOnTheWay(binaries.postgres, user);
  if (closed === null) return binaries;
  await makeOutside(outside, closed, user);
  const copy = await copyOf(binaries, outside);
  const closedCopy = await firstClosedOnTheWay(copy.postgres, user);
  if (closedCopy === null) return copy;
  throw notEnterable({ path: closedCopy, user, advice: 'remove it, or move Ringback to an open folder' });
}

async function copyOf(binaries: Binaries, outside: string): Promise<Binaries> {
  const original = dirname(dirname(binaries.postgres));
  const copy = join(outside, `${basename(binaries.packageName)}-${await versionOf(original)}`);
  if (!(await isThere(copy))) await makeCopy(original, copy);
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

/** Made beside its place, and then moved there: a crash at any moment leaves no half copy that a later start would run. */
async function makeCopy(original: string, copy: string): Promise<void> {
  const workshop = await mkdtemp(`${copy}.init-`);
  try {
    await cp(original, workshop, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    });
    await openToAll(workshop);
    await rename(workshop, copy);
    await syncFolder(dirname(copy));
  } catch (error) {
    // Another data folder's start was faster.
    if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Packages that were installed under a strict umask are closed themselves. Syncs all, so that the copy is whole. */
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
