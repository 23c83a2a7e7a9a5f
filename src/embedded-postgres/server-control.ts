/**
 * Starts and stops the server of a cluster. Two rules hold, whatever died before:
 *
 * 1. never two servers on one folder: the caller owns the folder's lock, a server that is found alive is taken over or
 *    waited for, and PostgreSQL's own interlock (postmaster.pid, shared memory) stands behind that;
 * 2. the server is started by `pg_ctl`, so it has its own session: a Ctrl-C in the terminal does not reach it before
 *    the service has drained, and it outlives a service that is killed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, closeToOthers, requireFreeSpaceToRun } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { chooseFreePort, lastPort, LOOPBACK, rememberPort, tryToListen } from './ports.js';
import { type Postmaster, readPostmaster, removePidFile } from './postmaster.js';
import { lastLine, type ProgramResult, runProgram } from './run-program.js';
import { beginNewLog, failureInLog, LOG_FILE, logPath } from './server-log.js';

/** After a crash the server first replays its log, at most 1 GB of it, and takes connections only then. */
const START_TIMEOUT_SECONDS = 60;

/** A fast stop writes one checkpoint; a slow disk takes its time for it. */
const FAST_STOP_TIMEOUT_SECONDS = 30;

/** An immediate stop writes nothing: the next start recovers, nothing committed is lost. */
const IMMEDIATE_STOP_TIMEOUT_SECONDS = 10;

/** `pg_ctl` keeps its own timeout; ours only catches a `pg_ctl` that hangs itself. */
const PG_CTL_GRACE_MS = 5_000;

/** The sessions of a killed server end when they notice, at once when idle, and hold up the next start until then. */
const ORPHANED_SESSIONS_MS = 15_000;

const LOOK_INTERVAL_MS = 100;

const MS_PER_SECOND = 1_000;

export interface StartWishes {
  readonly maxConnections: number;
  /** Tried in this order before any other. */
  readonly ports: readonly (number | null)[];
  /** Refuse to move to a port that is not among the wanted: somebody is connected there already. */
  readonly onlyWantedPorts?: boolean;
  /** Called when `pg_ctl` is at work. */
  readonly onLaunch?: (() => void) | undefined;
}

export interface RunningPostmaster {
  readonly pid: number;
  readonly port: number;
}

/**
 * The server that runs already on the folder, once it takes connections; null when none does. One that is just
 * stopping is waited for.
 *
 * @throws EmbeddedPostgresError `start_timeout`
 */
export async function findRunningServer(cluster: Cluster): Promise<RunningPostmaster | null> {
  const deadline = Date.now() + START_TIMEOUT_SECONDS * MS_PER_SECOND;
  for (;;) {
    const postmaster = await readPostmaster(cluster.folder);
    if (postmaster.state !== 'alive') return null;
    if (postmaster.ready) return postmaster;
    if (Date.now() > deadline) throw startTimeout(cluster);
    await sleep(LOOK_INTERVAL_MS);
  }
}

/**
 * Starts a server where none runs.
 *
 * @throws EmbeddedPostgresError `start_failed`, `start_timeout`, `disk_full`
 */
export async function startServer(cluster: Cluster, wishes: StartWishes): Promise<RunningPostmaster> {
  await closeToOthers(cluster);
  await requireFreeSpaceToRun(cluster);
  const before = await readPostmaster(cluster.folder);
  if (before.state === 'dead' && before.blocked) await removePidFile(cluster.folder);
  await beginNewLog(cluster);
  const timeoutMs = before.state === 'dead' ? ORPHANED_SESSIONS_MS : 0;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const port = await choosePort(cluster, wishes);
    const starting = pgCtlStart(cluster, { port, maxConnections: wishes.maxConnections });
    wishes.onLaunch?.();
    const result = await starting;
    const postmaster = await readPostmaster(cluster.folder);
    if (result.exitCode === 0 && postmaster.state === 'alive') {
      if ((await lastPort(cluster)) !== port) await rememberPort(cluster, port);
      return postmaster;
    }
    const portWasTaken = postmaster.state !== 'alive' && (await tryToListen(port)) === null;
    if (portWasTaken) continue;
    if (postmaster.state === 'alive' || Date.now() > deadline) {
      throw await explainFailedStart(cluster, postmaster, result);
    }
    await sleep(LOOK_INTERVAL_MS);
  }
}

async function choosePort(cluster: Cluster, wishes: StartWishes): Promise<number> {
  const port = await chooseFreePort(wishes.ports);
  if (wishes.onlyWantedPorts !== true || wishes.ports.includes(port)) return port;
  throw new EmbeddedPostgresError(
    'start_failed',
    `The port ${wishes.ports.join(', ')} of the database in ${cluster.folder} was taken by another program while the server was down: restart Ringback.`,
  );
}

async function explainFailedStart(
  cluster: Cluster,
  postmaster: Postmaster,
  result: ProgramResult,
): Promise<EmbeddedPostgresError> {
  if (postmaster.state === 'alive') return startTimeout(cluster);
  await requireFreeSpaceToRun(cluster);
  const reason = (await failureInLog(cluster)) ?? lastLine(result.output);
  return new EmbeddedPostgresError(
    'start_failed',
    `The database in ${cluster.folder} did not start (${reason}): see ${logPath(cluster)}, or set DATABASE_URL.`,
  );
}

function startTimeout(cluster: Cluster): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'start_timeout',
    `The database in ${cluster.folder} is still recovering after ${START_TIMEOUT_SECONDS} seconds: leave it at it and start Ringback again in a while; ${logPath(cluster)} tells how far it is.`,
  );
}

function pgCtlStart(
  cluster: Cluster,
  server: { port: number; maxConnections: number },
): Promise<ProgramResult> {
  const settings = serverSettings(server.maxConnections).map(([name, value]) => `-c ${name}=${value}`);
  const options = ['-p', String(server.port), ...settings].join(' ');
  const args = ['start', '-w', '-t', String(START_TIMEOUT_SECONDS), '-l', LOG_FILE, '-o', options];
  return pgCtl(cluster, args, START_TIMEOUT_SECONDS);
}

/** What must hold whatever stands in the folder's postgresql.conf, which stays free for tuning the rest. */
function serverSettings(maxConnections: number): [name: string, value: string | number][] {
  return [
    ['listen_addresses', LOOPBACK],
    // A socket's path may have about 100 characters only, and the folder's may have more.
    ['unix_socket_directories', ''],
    ['max_connections', maxConnections],
    ['timezone', 'UTC'],
    ['log_timezone', 'UTC'],
    // Errors go to the service, which asked; here they could bring a transcript into a log, as values or as details.
    ['log_min_messages', 'log'],
    ['log_min_error_statement', 'panic'],
    ['log_error_verbosity', 'terse'],
    ['log_checkpoints', 'off'],
    // Containers have 64 MB of /dev/shm, which parallel queries of ours are not worth running out of.
    ['max_parallel_workers_per_gather', 0],
  ];
}

/**
 * Stops the server, if one runs: fast, and when that takes too long, at once. Committed data is safe both ways.
 *
 * @throws EmbeddedPostgresError `stop_failed` when it still runs after 40 seconds
 */
export async function stopServer(cluster: Cluster): Promise<void> {
  const stops = [
    { mode: 'fast', timeoutSeconds: FAST_STOP_TIMEOUT_SECONDS },
    { mode: 'immediate', timeoutSeconds: IMMEDIATE_STOP_TIMEOUT_SECONDS },
  ];
  for (const { mode, timeoutSeconds } of stops) {
    if ((await readPostmaster(cluster.folder)).state !== 'alive') return;
    await pgCtl(cluster, ['stop', '-w', '-t', String(timeoutSeconds), '-m', mode], timeoutSeconds);
  }
  const postmaster = await readPostmaster(cluster.folder);
  if (postmaster.state !== 'alive') return;
  throw new EmbeddedPostgresError(
    'stop_failed',
    `The database server (pid ${postmaster.pid}) on ${cluster.folder} does not stop: end it with "kill -QUIT ${postmaster.pid}"; the next start recovers.`,
  );
}

/** In the folder, and told so: its path need not pass through the shell that `pg_ctl` starts the server with. */
function pgCtl(cluster: Cluster, args: readonly string[], timeoutSeconds: number): Promise<ProgramResult> {
  return runProgram({
    file: cluster.binaries.pgCtl,
    args: [...args, '-D', '.'],
    cwd: cluster.folder,
    user: cluster.user,
    timeoutMs: timeoutSeconds * MS_PER_SECOND + PG_CTL_GRACE_MS,
  });
}
