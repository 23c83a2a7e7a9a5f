/**
 * Starts and stops the server of a cluster. Two rules hold after any crash:
 *
 * - One folder never has two servers: the caller owns the folder's lock, a live server is reused or
 *   waited for, and PostgreSQL's own interlock (postmaster.pid, shared memory) is the last
 *   safeguard.
 * - The server is started by `pg_ctl`, so it has its own session: a Ctrl-C in the terminal does not
 *   reach it before the service has drained, and it outlives a killed service.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, requireFreeSpaceToRun, restrictToOwner } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { chooseFreePort, lastPort, LOOPBACK, rememberPort, tryToListen } from './ports.js';
import { type Postmaster, readPostmaster, removePidFile } from './postmaster.js';
import { lastLine, type ProgramResult, runProgram } from './run-program.js';
import { beginNewLog, failureInLog, LOG_FILE, logPath } from './server-log.js';

/** After a crash the server replays at most 1 GB of its log before it accepts connections. */
const START_TIMEOUT_SECONDS = 60;

/** A fast stop writes one checkpoint, which takes long on a slow disk. */
const FAST_STOP_TIMEOUT_SECONDS = 30;

/** An immediate stop writes nothing. The next start recovers, so nothing committed is lost. */
const IMMEDIATE_STOP_TIMEOUT_SECONDS = 10;

/** `pg_ctl` has its own timeout; the additional time catches a `pg_ctl` that hangs itself. */
const PG_CTL_GRACE_MS = 5_000;

/**
 * Sessions of a killed server block the next start until they notice and end, which idle ones do at
 * once.
 */
const ORPHANED_SESSIONS_MS = 15_000;

const CHECK_INTERVAL_MS = 100;

const MS_PER_SECOND = 1_000;

export interface StartOptions {
  readonly maxConnections: number;
  /** Ports to try in this order before any other. */
  readonly ports: readonly (number | null)[];
  /** Whether other ports are refused, as clients are already connected to a wanted one. */
  readonly onlyWantedPorts?: boolean;
  /** Called once `pg_ctl` runs. */
  readonly onLaunch?: (() => void) | undefined;
}

export interface RunningPostmaster {
  readonly pid: number;
  readonly port: number;
}

/**
 * Finds a server that already runs on the folder, and waits until it accepts connections; null when
 * there is none. Also waits for a server that is stopping.
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
    await sleep(CHECK_INTERVAL_MS);
  }
}

/**
 * Starts a server for a cluster that has none running.
 *
 * @throws EmbeddedPostgresError `start_failed`, `start_timeout`, `disk_full`
 */
export async function startServer(cluster: Cluster, options: StartOptions): Promise<RunningPostmaster> {
  await restrictToOwner(cluster);
  await requireFreeSpaceToRun(cluster);
  const before = await readPostmaster(cluster.folder);
  if (before.state === 'dead' && before.blocked) await removePidFile(cluster.folder);
  await beginNewLog(cluster);
  const timeoutMs = before.state === 'dead' ? ORPHANED_SESSIONS_MS : 0;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const port = await choosePort(cluster, options);
    const starting = pgCtlStart(cluster, { port, maxConnections: options.maxConnections });
    options.onLaunch?.();
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
    await sleep(CHECK_INTERVAL_MS);
  }
}

async function choosePort(cluster: Cluster, { ports, onlyWantedPorts }: StartOptions): Promise<number> {
  const port = await chooseFreePort(ports);
  if (onlyWantedPorts !== true || ports.includes(port)) return port;
  throw new EmbeddedPostgresError(
    'start_failed',
    `The port ${ports.join(', ')} of the database in ${cluster.folder} was taken by another program while the server was down: restart Ringback.`,
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
    `The database in ${cluster.folder} is still recovering after ${START_TIMEOUT_SECONDS} seconds: let it run, and start Ringback again later; ${logPath(cluster)} shows its progress.`,
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

/** Settings that override the folder's postgresql.conf, in which other settings can be tuned. */
function serverSettings(maxConnections: number): [name: string, value: string | number][] {
  return [
    ['listen_addresses', LOOPBACK],
    // The path of a socket is limited to about 100 characters, and the folder's path may be longer.
    ['unix_socket_directories', ''],
    ['max_connections', maxConnections],
    ['timezone', 'UTC'],
    ['log_timezone', 'UTC'],
    // The service receives all errors; in the server's log, their values or details could reveal a
    // transcript.
    ['log_min_messages', 'log'],
    ['log_min_error_statement', 'panic'],
    ['log_error_verbosity', 'terse'],
    ['log_checkpoints', 'off'],
    // Parallel queries could exhaust the 64 MB of /dev/shm in a container, and would bring little.
    ['max_parallel_workers_per_gather', 0],
  ];
}

/**
 * Stops the server, if it runs: with a fast stop, and when that takes too long, with an immediate
 * one. Both keep committed data.
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

/**
 * Runs `pg_ctl` in the folder, so that the folder's path need not pass through the shell that
 * starts the server.
 */
function pgCtl(cluster: Cluster, args: readonly string[], timeoutSeconds: number): Promise<ProgramResult> {
  return runProgram({
    file: cluster.binaries.pgCtl,
    args: [...args, '-D', '.'],
    cwd: cluster.folder,
    user: cluster.user,
    timeoutMs: timeoutSeconds * MS_PER_SECOND + PG_CTL_GRACE_MS,
  });
}
