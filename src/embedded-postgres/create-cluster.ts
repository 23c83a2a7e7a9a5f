import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Cluster,
  MIN_FREE_BYTES_TO_RUN,
  PASSWORD_FILE,
  requireFreeSpace,
  SUPERUSER,
  writeOwned,
} from './data-folder.js';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { makeNamelessInitdb, namelessUser } from './nameless-initdb.js';
import { changeOwner, hasName } from './os-user.js';
import { lastLine, type ProgramResult, runProgram } from './run-program.js';
import { syncFolder } from './folders.js';

const INIT_PREFIX = 'postgres.init-';

/** 192 bits; base64url needs no escaping in a URL. */
const PASSWORD_BYTES = 24;

/**
 * `initdb` takes half a second on an idle machine; it writes 40 MB, which takes long on a slow
 * network disk.
 */
const INITDB_TIMEOUT_MS = 180_000;

/** A new cluster has 39 MB, and soon grows by WAL segments of 16 MB. */
const MIN_FREE_BYTES_TO_CREATE = 80 * 1024 * 1024;

/**
 * Creates a new, empty cluster. It is created in a temporary folder, synced to disk, and then
 * renamed: a crash at any point leaves either no cluster or a complete one, and temporary files
 * that the next call removes.
 *
 * @param onLaunch called once `initdb` runs
 * @throws EmbeddedPostgresError `initdb_failed`, `nameless_user`, `disk_full`, `folder_unusable`
 */
export async function createCluster(cluster: Cluster, onLaunch?: () => void): Promise<void> {
  const { home, folder, user } = cluster;
  await requireFreeSpace(home, MIN_FREE_BYTES_TO_CREATE);
  await removeRemains(home);
  // A new name each time: an `initdb` that outlived a killed Ringback must not write into this
  // folder.
  const staging = await mkdtemp(join(home, INIT_PREFIX));
  try {
    if (user !== null) await changeOwner(staging, user);
    const passwordFile = join(staging, 'password');
    await writeOwned({ file: passwordFile, text: randomBytes(PASSWORD_BYTES).toString('base64url'), user });
    const created = join(staging, 'cluster');
    const creation = runWithInitdb({ cluster, staging, folder: created, passwordFile });
    onLaunch?.();
    await creation;
    await rename(passwordFile, join(created, PASSWORD_FILE));
    await syncFolder(created);
    await removeEmptyFolder(folder);
    await rename(created, folder);
    await syncFolder(home);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

interface InitdbRun {
  readonly cluster: Cluster;
  /** Temporary folder, which is removed afterwards. */
  readonly staging: string;
  readonly folder: string;
  readonly passwordFile: string;
}

async function runWithInitdb(run: InitdbRun): Promise<void> {
  const { binaries, home, user } = run.cluster;
  const named = hasName(user);
  const initdb = named ? binaries.initdb : await makeNamelessInitdb(binaries, run.staging);
  const failure = await failureOf(runInitdb(initdb, run));
  if (failure === null) return;
  await requireFreeSpace(home, MIN_FREE_BYTES_TO_RUN);
  if (!named) throw namelessUser(failure);
  throw new EmbeddedPostgresError(
    'initdb_failed',
    `PostgreSQL could not create a database in ${home} (${failure}): set DATA_DIR to a folder on a local disk, or set DATABASE_URL.`,
  );
}

function runInitdb(initdb: string, { cluster, folder, passwordFile }: InitdbRun): Promise<ProgramResult> {
  return runProgram({
    file: initdb,
    args: [
      `--pgdata=${folder}`,
      `--pwfile=${passwordFile}`,
      `--username=${SUPERUSER}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // PostgreSQL's builtin C.UTF-8 sorts alike on every system, whatever its locales.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    cwd: '/',
    user: cluster.user,
    timeoutMs: INITDB_TIMEOUT_MS,
  });
}

/**
 * Returns null on success. A program that cannot be started is a failure as well, as the folder may
 * not permit execution.
 */
async function failureOf(run: Promise<ProgramResult>): Promise<string | null> {
  try {
    const { exitCode, output } = await run;
    return exitCode === 0 ? null : failureIn(output);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    return `${errno} when initdb was started`;
  }
}

/** Returns the error in the output of `initdb`, which is followed by messages about its cleanup. */
function failureIn(output: string): string {
  const line = output
    .split('\n')
    .find((candidate) => /^(initdb: error|\S+ \S+ \S+ \[\d+\] (FATAL|PANIC)):/.test(candidate));
  return line === undefined ? lastLine(output) : lastLine(line);
}

async function removeRemains(home: string): Promise<void> {
  const remains = (await readdir(home)).filter((name) => name.startsWith(INIT_PREFIX));
  for (const name of remains) {
    // Retries: an `initdb` that outlived its Ringback may still be adding files.
    await rm(join(home, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

async function removeEmptyFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
