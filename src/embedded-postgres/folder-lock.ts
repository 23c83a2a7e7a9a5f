/**
 * One live Ringback per data folder.
 *
 * The lock is a file `postgres.owner.<n>` that names its owner. It is never taken over in place, as two that find the
 * same dead owner would then both take it, one from the other. Instead:
 *
 * 1. the newest number is the lock; who finds its owner alive is refused;
 * 2. who finds it dead, or released, creates number + 1, which only one can (`wx`);
 * 3. who has created a number owns the folder only if, looking again, no newer one is there; else it starts over;
 * 4. only the owner removes older numbers, and a released lock stays as a file, so numbers never run backwards and a
 *    process that slept between 1 and 2 finds out in 3.
 */
import { constants } from 'node:fs';
import { open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, errnoOf, explainFolderError } from './embedded-postgres-error.js';
import { inspectProcess, processSpace } from './process-facts.js';

/** How often an owner shows that it lives, to those who cannot see its process (another container). */
const HEARTBEAT_MS = 2_000;

/** Three heartbeats and a bit: a busy owner may miss two. Waited only for an owner whose process we cannot see. */
const UNSEEN_OWNER_WATCH_MS = 7_000;

/** A lock file without content is being written right now, or was left so by a crash in between. */
const BEING_WRITTEN_MS = 1_000;

const LOOK_INTERVAL_MS = 50;

const LOCK_NAME = /^postgres\.owner\.(\d+)$/;

interface Owner {
  readonly pid: number;
  readonly startMark: string | null;
  readonly space: string;
}

export interface FolderLock {
  /** Gives the folder free. Running it twice is harmless. */
  release(): Promise<void>;
}

/**
 * Makes this process the folder's only owner until `release`, or until it dies.
 *
 * @param unseenOwnerWatchMs how long an owner in another container must be silent to count as dead
 * @throws EmbeddedPostgresError `in_use` when another live process owns it; `folder_unusable`, `disk_full`
 */
export async function takeFolderLock(
  dataDir: string,
  unseenOwnerWatchMs = UNSEEN_OWNER_WATCH_MS,
): Promise<FolderLock> {
  try {
    const facts = await inspectProcess(process.pid);
    const me: Owner = { pid: process.pid, startMark: facts.startMark, space: await processSpace() };
    for (;;) {
      const newest = await newestNumber(dataDir);
      await refuseLiveOwner({ dataDir, number: newest, me, unseenOwnerWatchMs });
      const number = newest + 1;
      const file = lockFile(dataDir, number);
      if (!(await createLock(file, me))) continue;
      if ((await newestNumber(dataDir)) === number) {
        await removeOlder(dataDir, number);
        return heldLock(file);
      }
      await rm(file, { force: true });
    }
  } catch (error) {
    throw explainFolderError(dataDir, error);
  }
}

function lockFile(dataDir: string, number: number): string {
  return join(dataDir, `postgres.owner.${number}`);
}

async function lockNumbers(dataDir: string): Promise<number[]> {
  const names = await readdir(dataDir);
  return names.flatMap((name) => {
    const digits = LOCK_NAME.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

/** 0 when the folder never had an owner. */
async function newestNumber(dataDir: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(dataDir)));
}

async function removeOlder(dataDir: string, number: number): Promise<void> {
  const older = (await lockNumbers(dataDir)).filter((candidate) => candidate < number);
  await Promise.all(older.map((candidate) => rm(lockFile(dataDir, candidate), { force: true })));
}

async function createLock(file: string, me: Owner): Promise<boolean> {
  try {
    // Readable for all: after one start as root, the folder's owner must be able to see that this one is over.
    await writeFile(file, JSON.stringify(me), { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

interface OwnerCheck {
  readonly dataDir: string;
  readonly number: number;
  readonly me: Owner;
  readonly unseenOwnerWatchMs: number;
}

async function refuseLiveOwner(check: OwnerCheck): Promise<void> {
  const file = lockFile(check.dataDir, check.number);
  const owner = await readOwner(file);
  if (owner === null) return;
  const seen = owner.space === check.me.space;
  const alive = seen ? await isAlive(owner) : await showsLife(file, check.unseenOwnerWatchMs);
  if (!alive) return;
  const who = seen
    ? `pid ${owner.pid}`
    : `pid ${owner.pid} on ${owner.space.split(' ')[0] ?? 'another machine'}`;
  throw new EmbeddedPostgresError(
    'in_use',
    `Another Ringback (${who}) uses the data folder ${check.dataDir}: set DATABASE_URL to share a database, or another DATA_DIR.`,
  );
}

/** Null when the lock was released, left unfinished by a crash, or has made room for a newer one. */
async function readOwner(file: string): Promise<Owner | null> {
  const deadline = Date.now() + BEING_WRITTEN_MS;
  for (;;) {
    const text = await readIfThere(file);
    if (text === null) return null;
    const owner = parseOwner(text);
    if (owner !== undefined) return owner;
    if (Date.now() > deadline) return null;
    await sleep(LOOK_INTERVAL_MS);
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Null for a released lock, undefined for one that is not written to its end. */
function parseOwner(text: string): Owner | null | undefined {
  try {
    return JSON.parse(text) as Owner | null;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  const facts = await inspectProcess(owner.pid);
  if (!facts.alive) return false;
  // The id may have passed to a younger process.
  return owner.startMark === null || facts.startMark === null || owner.startMark === facts.startMark;
}

/** Compares the file's time with itself, never with our clock: the other side may have another one. */
async function showsLife(file: string, watchMs: number): Promise<boolean> {
  const before = await modifiedMs(file);
  const deadline = Date.now() + watchMs;
  while (Date.now() < deadline) {
    await sleep(LOOK_INTERVAL_MS);
    if ((await modifiedMs(file)) !== before) return true;
  }
  return false;
}

async function modifiedMs(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function heldLock(file: string): FolderLock {
  let beat: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    beat = touch(file);
  }, HEARTBEAT_MS);
  timer.unref();
  return {
    async release(): Promise<void> {
      clearInterval(timer);
      await beat;
      await markReleased(file);
    },
  };
}

/** A missed heartbeat is no harm by itself: the next one makes up for it, and our process can be seen in its own space. */
async function touch(file: string): Promise<void> {
  const now = new Date();
  try {
    await utimes(file, now, now);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
  }
}

async function markReleased(file: string): Promise<void> {
  try {
    // Follows no link: the data folder may belong to somebody else, and we may be root.
    const handle = await open(file, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      await handle.truncate(0);
      await handle.writeFile('null');
    } finally {
      await handle.close();
    }
  } catch (error) {
    // The folder was removed below us: nothing is left to give free.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
