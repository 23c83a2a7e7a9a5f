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

/** 192 bits; every character of base64url may stand in a URL as it is. */
const PASSWORD_BYTES = 24;

/** Half a second on an idle machine; writes 40 MB, which a slow network disk takes its time for. */
const INITDB_TIMEOUT_MS = 180_000;

/** A new cluster is 39 MB, and grows by WAL segments of 16 MB at once. */
const MIN_FREE_BYTES_TO_CREATE = 80 * 1024 * 1024;

/**
 * Makes a new, empty cluster. It is made beside its place, synced to disk, and then moved there: a crash at any moment
 * leaves either no cluster or a whole one, and remains that the next call removes.
 *
 * @param onLaunch called when `initdb` is at work
 * @throws EmbeddedPostgresError `initdb_failed`, `nameless_user`, `disk_full`, `folder_unusable`
 */
export async function createCluster(cluster: Cluster, onLaunch?: () => void): Promise<void> {
  const { home, folder, user } = cluster;
  await requireFreeSpace(home, MIN_FREE_BYTES_TO_CREATE);
  await removeRemains(home);
  // A new name each time: an `initdb` that outlived its killed Ringback must not write into this one.
  const workshop = await mkdtemp(join(home, INIT_PREFIX));
  try {
    if (user !== null) await changeOwner(workshop, user);
    const passwordFile = join(workshop, 'password');
    await writeOwned({ file: passwordFile, text: randomBytes(PASSWORD_BYTES).toString('base64url'), user });
    const made = join(workshop, 'cluster');
    const making = makeWithInitdb({ cluster, workshop, folder: made, passwordFile });
    onLaunch?.();
    await making;
    await rename(passwordFile, join(made, PASSWORD_FILE));
    await syncFolder(made);
    await removeEmptyFolder(folder);
    await rename(made, folder);
    await syncFolder(home);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

interface InitdbRun {
  readonly cluster: Cluster;
  /** Removed afterwards. */
  readonly workshop: string;
  readonly folder: string;
  readonly passwordFile: string;
}

async function makeWithInitdb(run: InitdbRun): Promise<void> {
  const { binaries, home, user } = run.cluster;
  const named = hasName(user);
  const initdb = named ? binaries.initdb : await makeNamelessInitdb(binaries, run.workshop);
  const failure = await failureOf(runInitdb(initdb, run));
  if (failure === null) return;
  await requireFreeSpace(home, MIN_FREE_BYTES_TO_RUN);
  if (!named) throw namelessUser(failure);
  throw new EmbeddedPostgresError(
    'initdb_failed',
    `PostgreSQL could not make a database in ${home} (${failure}): set DATA_DIR to a folder on a local disk, or set DATABASE_URL.`,
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
      // PostgreSQL's own C.UTF-8 sorts alike on every system, whatever locales that has.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    cwd: '/',
    user: cluster.user,
    timeoutMs: INITDB_TIMEOUT_MS,
  });
}

/** Null when it went well. That a program cannot be started at all is a failure as well: the folder may not allow it. */
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

/** `initdb` tells what went wrong and then that it tidies up; the first is what helps. */
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
