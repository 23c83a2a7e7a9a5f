/**
 * Lock that allows one live Ringback per data folder.
 *
 * The lock is a file `postgres.owner.<n>` that names its owner. It is never taken over in place, as
 * two processes that find the same dead owner could then both take it. Instead:
 *
 * - Step 1: The file with the highest number is the lock. A process that finds its owner alive is
 *   refused.
 * - Step 2: A process that finds the owner dead, or the lock released, creates number + 1, in which
 *   only one succeeds (`wx`).
 * - Step 3: It owns the folder only if there is still no higher number after that. Otherwise it
 *   starts over.
 * - Step 4: Only the owner removes lower numbers, and a released lock stays as a file. So numbers
 *   only increase, and a process that was delayed between steps 1 and 2 detects a newer owner in
 *   step 3.
 */
import { constants } from 'node:fs';
import { open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, errnoOf, explainFolderError } from './embedded-postgres-error.js';
import { inspectProcess, processNamespace } from './process-facts.js';

/**
 * Interval of the owner's heartbeats, for processes in other containers, which cannot see its
 * process.
 */
const HEARTBEAT_MS = 2_000;

/**
 * Slightly more than three heartbeats, of which a busy owner may miss two. Only for an owner in
 * another container.
 */
const REMOTE_OWNER_WATCH_MS = 7_000;

/** Time after which an empty lock file is not being written, but was left by a crash. */
const WRITE_TIMEOUT_MS = 1_000;

const CHECK_INTERVAL_MS = 50;

const LOCK_NAME = /^postgres\.owner\.(\d+)$/;

interface Owner {
  readonly pid: number;
  readonly startMark: string | null;
  readonly space: string;
}

export interface FolderLock {
  /** Releases the folder. Idempotent. */
  release(): Promise<void>;
}

/**
 * Makes this process the only owner of the folder, until `release` or until the process dies.
 *
 * @param remoteOwnerWatchMs time without a heartbeat after which an owner in another container
 * counts as dead
 * @throws EmbeddedPostgresError `in_use` when another live process owns it; `folder_unusable`,
 * `disk_full`
 */
export async function takeFolderLock(
  dataDir: string,
  remoteOwnerWatchMs = REMOTE_OWNER_WATCH_MS,
): Promise<FolderLock> {
  try {
    const facts = await inspectProcess(process.pid);
    const self: Owner = { pid: process.pid, startMark: facts.startMark, space: await processNamespace() };
    for (;;) {
      const newest = await newestNumber(dataDir);
      await refuseLiveOwner({ dataDir, number: newest, self, remoteOwnerWatchMs });
      const number = newest + 1;
      const file = lockFile(dataDir, number);
      if (!(await createLock(file, self))) continue;
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

/** Returns the highest number, or 0 when the folder never had an owner. */
async function newestNumber(dataDir: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(dataDir)));
}

async function removeOlder(dataDir: string, number: number): Promise<void> {
  const older = (await lockNumbers(dataDir)).filter((candidate) => candidate < number);
  await Promise.all(older.map((candidate) => rm(lockFile(dataDir, candidate), { force: true })));
}

async function createLock(file: string, owner: Owner): Promise<boolean> {
  try {
    // Readable for all: after a start as root, the folder's owner must be able to read that the
    // lock was released.
    await writeFile(file, JSON.stringify(owner), { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

interface OwnerCheck {
  readonly dataDir: string;
  readonly number: number;
  readonly self: Owner;
  readonly remoteOwnerWatchMs: number;
}

async function refuseLiveOwner(check: OwnerCheck): Promise<void> {
  const file = lockFile(check.dataDir, check.number);
  const owner = await readOwner(file);
  if (owner === null) return;
  const isLocal = owner.space === check.self.space;
  const isLive = isLocal ? await isAlive(owner) : await hasHeartbeat(file, check.remoteOwnerWatchMs);
  if (!isLive) return;
  const name = isLocal
    ? `pid ${owner.pid}`
    : `pid ${owner.pid} on ${owner.space.split(' ')[0] ?? 'another machine'}`;
  throw new EmbeddedPostgresError(
    'in_use',
    `Another Ringback (${name}) uses the data folder ${check.dataDir}: set DATABASE_URL to share a database, or another DATA_DIR.`,
  );
}

/**
 * Reads the owner; null when the lock was released, left incomplete by a crash, or replaced by a
 * newer one.
 */
async function readOwner(file: string): Promise<Owner | null> {
  const deadline = Date.now() + WRITE_TIMEOUT_MS;
  for (;;) {
    const text = await readIfExists(file);
    if (text === null) return null;
    const owner = parseOwner(text);
    if (owner !== undefined) return owner;
    if (Date.now() > deadline) return null;
    await sleep(CHECK_INTERVAL_MS);
  }
}

async function readIfExists(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Returns null for a released lock, undefined for an incomplete one. */
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
  // The id may belong to a newer process.
  return owner.startMark === null || facts.startMark === null || owner.startMark === facts.startMark;
}

/**
 * Whether the file's time changes. It is never compared with the local clock, as the other
 * machine's clock may differ.
 */
async function hasHeartbeat(file: string, watchMs: number): Promise<boolean> {
  const before = await modifiedMs(file);
  const deadline = Date.now() + watchMs;
  while (Date.now() < deadline) {
    await sleep(CHECK_INTERVAL_MS);
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

/**
 * Writes a heartbeat. Missing one is harmless, as the next one follows; local processes check the
 * process id instead.
 */
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
    // Does not follow links: the data folder may belong to another user, and this process may be
    // root.
    const handle = await open(file, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      await handle.truncate(0);
      await handle.writeFile('null');
    } finally {
      await handle.close();
    }
  } catch (error) {
    // The folder was removed in the meantime, and with it the lock.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
