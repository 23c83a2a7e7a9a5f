import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import { diskFull, EmbeddedPostgresError, errnoOf, explainFolderError } from './embedded-postgres-error.js';
import { handOver } from './os-user.js';
import { lastLine, runProgram, type SystemUser } from './run-program.js';

/** A cluster's folder, and with what it is run. */
export interface Cluster {
  readonly dataDir: string;
  readonly folder: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | null;
}

/** The role that owns everything in the cluster. */
export const SUPERUSER = 'ringback';

/**
 * In the cluster's folder, so that both appear, move and vanish together. Readable for its owner only: other users of
 * the machine reach the port, but not the data.
 */
const PASSWORD_FILE = 'ringback-password';

const INIT_PREFIX = 'postgres.init-';

/** 192 bits; every character of base64url may stand in a URL as it is. */
const PASSWORD_BYTES = 24;

/** Half a second on an idle machine; writes 40 MB, which a slow network disk takes its time for. */
const INITDB_TIMEOUT_MS = 180_000;

/** A new cluster is 39 MB, and grows by WAL segments of 16 MB at once. */
const MIN_FREE_BYTES_TO_CREATE = 80 * 1024 * 1024;

/** A server that cannot add one WAL segment stops. */
const MIN_FREE_BYTES_TO_RUN = 16 * 1024 * 1024;

const OWNER_ONLY = 0o700;

/**
 * Makes the data folder, closed to others as recordings lie in it, unless it is there already.
 *
 * @throws EmbeddedPostgresError `folder_unusable`, `disk_full`
 */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    const created = await mkdir(dataDir, { recursive: true });
    if (created !== undefined) await chmod(dataDir, OWNER_ONLY);
  } catch (error) {
    throw explainFolderError(dataDir, error);
  }
}

/**
 * Says whether there is a cluster that the binaries can run. What `createCluster` makes appears whole or not at all, so
 * anything else in its place was put there by somebody, and is left alone.
 *
 * @returns false when there is none, and one can be created
 * @throws EmbeddedPostgresError `not_a_cluster`, `other_version`
 */
export async function hasCluster(folder: string, majorVersion: string): Promise<boolean> {
  const names = await namesIn(folder);
  if (names?.length === 0) return false;
  if (names === null || !names.includes('PG_VERSION') || !names.includes(PASSWORD_FILE)) {
    throw new EmbeddedPostgresError(
      'not_a_cluster',
      `${folder} is something else than the database that Ringback made: move it away, or set another DATA_DIR.`,
    );
  }
  const version = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  if (version === majorVersion) return true;
  throw new EmbeddedPostgresError(
    'other_version',
    `The database in ${folder} was made by PostgreSQL ${version}, and this Ringback brings PostgreSQL ${majorVersion}: start the release that made it, move the data with pg_dump, or set another DATA_DIR.`,
  );
}

/** Null when it is not a folder. */
async function namesIn(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    if (errnoOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/**
 * Makes a new, empty cluster. It is made beside its place, synced to disk, and then moved there: a crash at any moment
 * leaves either no cluster or a whole one, and remains that the next call removes.
 *
 * @param onLaunch called when `initdb` is at work
 * @throws EmbeddedPostgresError `initdb_failed`, `disk_full`, `folder_unusable`
 */
export async function createCluster(cluster: Cluster, onLaunch?: () => void): Promise<void> {
  const { dataDir, folder, user } = cluster;
  await requireFreeSpace(dataDir, MIN_FREE_BYTES_TO_CREATE);
  await removeRemains(dataDir);
  // A new name each time: an `initdb` that outlived its killed Ringback must not write into this one.
  const workshop = await mkdtemp(join(dataDir, INIT_PREFIX));
  try {
    if (user !== null) await handOver(workshop, user);
    const passwordFile = join(workshop, 'password');
    await writeOwned({ file: passwordFile, text: randomBytes(PASSWORD_BYTES).toString('base64url'), user });
    const made = join(workshop, 'cluster');
    const making = runInitdb(cluster, made, passwordFile);
    onLaunch?.();
    await making;
    await rename(passwordFile, join(made, PASSWORD_FILE));
    await syncFolder(made);
    await removeEmptyFolder(folder);
    await rename(made, folder);
    await syncFolder(dataDir);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function runInitdb(cluster: Cluster, folder: string, passwordFile: string): Promise<void> {
  const result = await runProgram({
    file: cluster.binaries.initdb,
    args: [
      `--pgdata=${folder}`,
      `--pwfile=${passwordFile}`,
      `--username=${SUPERUSER}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // PostgreSQL's own C.UTF-8 sorts alike on every system, whatever locales that has.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    cwd: '/',
    user: cluster.user,
    timeoutMs: INITDB_TIMEOUT_MS,
  });
  if (result.exitCode === 0) return;
  await requireFreeSpace(cluster.dataDir, MIN_FREE_BYTES_TO_RUN);
  throw new EmbeddedPostgresError(
    'initdb_failed',
    `PostgreSQL could not make a database in ${cluster.dataDir} (${failureIn(result.output)}): set DATA_DIR to a folder on a local disk, or set DATABASE_URL.`,
  );
}

/** `initdb` tells what went wrong and then that it tidies up; the first is what helps. */
function failureIn(output: string): string {
  const line = output
    .split('\n')
    .find((candidate) => /^(initdb: error|\S+ \S+ \S+ \[\d+\] (FATAL|PANIC)):/.test(candidate));
  return line === undefined ? lastLine(output) : lastLine(line);
}

async function removeRemains(dataDir: string): Promise<void> {
  const remains = (await readdir(dataDir)).filter((name) => name.startsWith(INIT_PREFIX));
  for (const name of remains) {
    // Retries: an `initdb` that outlived its Ringback may still be adding files.
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

async function removeEmptyFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** Makes a rename in the folder outlast a power cut. Windows cannot open folders, and journals renames itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file that belongs to the server's user, who may start Ringback next time, and syncs it. Follows no link: as
 * root we would else write to wherever that user points it.
 */
export async function writeOwned(target: {
  file: string;
  text: string;
  user: SystemUser | null;
}): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const handle = await open(target.file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  try {
    if (target.user !== null) await handle.chown(target.user.uid, target.user.gid);
    await handle.writeFile(target.text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function readPassword(cluster: Cluster): Promise<string> {
  return (await readFile(join(cluster.folder, PASSWORD_FILE), 'utf8')).trim();
}

/** PostgreSQL refuses a folder that others may read, which a copy or a restored backup easily becomes. */
export async function closeToOthers(cluster: Cluster): Promise<void> {
  const { mode } = await stat(cluster.folder);
  if ((mode & 0o027) !== 0) await chmod(cluster.folder, OWNER_ONLY);
}

/** @throws EmbeddedPostgresError `disk_full` when a server could not even start there */
export async function requireFreeSpaceToRun(cluster: Cluster): Promise<void> {
  await requireFreeSpace(cluster.folder, MIN_FREE_BYTES_TO_RUN);
}

async function requireFreeSpace(folder: string, minBytes: number): Promise<void> {
  const disk = await statfs(folder);
  if (disk.bavail * disk.bsize < minBytes) throw diskFull(folder);
}
