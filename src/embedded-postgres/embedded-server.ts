/**
 * The embedded PostgreSQL server, which is used when DATABASE_URL is not set.
 *
 * - A data folder has one live Ringback (folder-lock.ts), and a cluster one server
 *   (server-control.ts).
 * - A cluster is complete or absent (data-folder.ts); its files are never removed, and never
 *   created again.
 * - Nothing committed is lost: fsync stays on, and PostgreSQL recovers from every kind of stop.
 * - Root runs the server as another user; files closed to that user are kept outside
 *   (cluster-location.ts, binaries-copy.ts).
 * - Each failure has a one-line message with its remedy (embedded-postgres-error.ts).
 */
import { dirname, resolve } from 'node:path';
import { type Binaries, findBinaries, readMajorVersion } from './binaries.js';
import { reachableBinaries } from './binaries-copy.js';
import { type ClusterLocation, findLocation, OUTSIDE_FOLDER, reachableLocation } from './cluster-location.js';
import { createCluster } from './create-cluster.js';
import { type Cluster, hasCluster, prepareDataDir } from './data-folder.js';
import { explainFolderError } from './embedded-postgres-error.js';
import { type FolderLock, takeFolderLock } from './folder-lock.js';
import { chooseServerUser } from './os-user.js';
import { lastPort, LOOPBACK } from './ports.js';
import type { SystemUser } from './run-program.js';
import { readMaxConnections, connectionStringFor } from './server-connection.js';
import { findRunningServer, type RunningPostmaster, startServer, stopServer } from './server-control.js';
import { ServerSupervisor } from './server-supervisor.js';

export { EmbeddedPostgresError } from './embedded-postgres-error.js';

/**
 * Queues, workers, listeners and the pool of one process use about 60 (three queues, measured); the
 * rest is a reserve.
 */
const DEFAULT_MAX_CONNECTIONS = 200;

export interface EmbeddedServerOptions {
  /** Its subfolder `postgres` is the cluster, or a link to it. Created when missing. */
  readonly dataDir: string;
  /**
   * Folder in which root keeps files that the server's user cannot access in their own location.
   * @defaultValue `OUTSIDE_FOLDER`
   */
  readonly outside?: string;
  /** Receives messages for people, one line each, without secrets. */
  readonly log: (line: string) => void;
  /** @defaultValue 200 */
  readonly maxConnections?: number;
  /**
   * Used when the port is free, and no server runs yet.
   * @defaultValue the port of the last run, else any free one
   */
  readonly preferredPort?: number;
  /**
   * Called after the launch of each long-running program (`initdb`, `pg_ctl`), as this process is
   * idle until the program ends. Not called when a running server is reused.
   */
  readonly onLaunch?: () => void;
}

export interface EmbeddedServer {
  /** Contains the password: do not log it. */
  readonly connectionString: string;
  readonly port: number;
  /** True when the server was already running, left by a killed Ringback. */
  readonly reused: boolean;
  /**
   * Stops the server, also a reused one, and releases the data folder. Idempotent.
   *
   * @throws EmbeddedPostgresError `stop_failed` when the server still runs after 40 seconds
   */
  stop(): Promise<void>;
}

/**
 * Starts the server of a data folder: creates the database when there is none, reuses a server that
 * was left by a killed Ringback, and recovers after a server that was killed itself. While this
 * process runs, a server that dies is restarted on the same port.
 *
 * @throws EmbeddedPostgresError with a one-line message for people; nothing has to be cleaned up
 * then
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const dataDir = resolve(options.dataDir);
  await prepareDataDir(dataDir);
  const locks = [await takeFolderLock(dataDir)];
  try {
    const reachable = await findReachable(dataDir, options);
    const { home } = reachable.location;
    // Two data folders may link to one cluster when one of them is a copy.
    if (home !== dataDir) locks.push(await takeFolderLock(home));
    const cluster = await openCluster(reachable, options);
    return await startCluster(cluster, locks, options);
  } catch (error) {
    await releaseAll(locks);
    throw explainFolderError(dataDir, error);
  }
}

/** Files and folders that the server's user can access. */
interface Reachable {
  readonly user: SystemUser | null;
  readonly location: ClusterLocation;
  readonly binaries: Binaries;
}

async function findReachable(
  dataDir: string,
  { outside = OUTSIDE_FOLDER, log }: EmbeddedServerOptions,
): Promise<Reachable> {
  const binaries = await findBinaries();
  const location = await findLocation(dataDir, outside);
  const user = await chooseServerUser(dataDir, location.folder);
  if (user === null) return { user, location, binaries };
  const reachable = {
    user,
    location: await reachableLocation(location, { dataDir, outside, user }),
    binaries: await reachableBinaries(binaries, { outside, user }),
  };
  const outsideParts = [
    ...(reachable.location.home === dataDir ? [] : [`its data is in ${reachable.location.folder}`]),
    ...(reachable.binaries === binaries
      ? []
      : [`its programs are in ${dirname(reachable.binaries.postgres)}`]),
  ];
  if (outsideParts.length > 0) {
    log(
      `PostgreSQL runs as the user ${user.name}, who cannot access this folder: ${outsideParts.join(', ')}`,
    );
  }
  return reachable;
}

async function openCluster(
  { location: { home, folder }, binaries, user }: Reachable,
  options: EmbeddedServerOptions,
): Promise<Cluster> {
  const cluster: Cluster = { home, folder, binaries, user };
  if (!(await hasCluster(folder, await readMajorVersion(binaries, user)))) {
    options.log(`creating the database in ${folder}`);
    await createCluster(cluster, options.onLaunch);
  }
  return cluster;
}

async function startCluster(
  cluster: Cluster,
  locks: readonly FolderLock[],
  options: EmbeddedServerOptions,
): Promise<EmbeddedServer> {
  const maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  const found = await reuseServer(cluster, maxConnections);
  const server = found ?? (await startNewServer(cluster, maxConnections, options));
  options.log(
    found === null
      ? `the database server runs on ${LOOPBACK}:${server.port}`
      : `reusing the database server that a killed Ringback has left, on ${LOOPBACK}:${server.port}`,
  );
  const supervisor = new ServerSupervisor({ cluster, port: server.port, maxConnections, log: options.log });
  let stopped: Promise<void> | null = null;
  return {
    connectionString: await connectionStringFor(cluster, server.port),
    port: server.port,
    reused: found !== null,
    stop: () => (stopped ??= stopAll(cluster, supervisor, locks)),
  };
}

/**
 * Finds a running server to reuse. One that allows fewer connections than the service will open is
 * stopped instead.
 */
async function reuseServer(cluster: Cluster, maxConnections: number): Promise<RunningPostmaster | null> {
  const found = await findRunningServer(cluster);
  if (found === null) return null;
  if ((await readMaxConnections(cluster, found)) >= maxConnections) return found;
  await stopServer(cluster);
  return null;
}

async function startNewServer(
  cluster: Cluster,
  maxConnections: number,
  { preferredPort, onLaunch }: EmbeddedServerOptions,
): Promise<RunningPostmaster> {
  const ports = [preferredPort ?? null, await lastPort(cluster)];
  const server = await startServer(cluster, { maxConnections, ports, onLaunch });
  try {
    await readMaxConnections(cluster, server);
    return server;
  } catch (error) {
    await stopServer(cluster);
    throw error;
  }
}

async function stopAll(
  cluster: Cluster,
  supervisor: ServerSupervisor,
  locks: readonly FolderLock[],
): Promise<void> {
  try {
    await supervisor.stop();
    await stopServer(cluster);
  } finally {
    await releaseAll(locks);
  }
}

async function releaseAll(locks: readonly FolderLock[]): Promise<void> {
  for (const lock of locks.toReversed()) await lock.release();
}

/** A start of an embedded server in progress. */
export class EmbeddedStart {
  private constructor(
    private readonly outcome: Promise<PromiseSettledResult<EmbeddedServer>>,
    /**
     * Resolves when a long-running program has been launched, so that this thread is idle, or when
     * the start has ended. Never rejects.
     */
    readonly launched: Promise<unknown>,
  ) {}

  /** Begins a start. Its failure is reported by `server`, whenever that is called. */
  static begin(options: Omit<EmbeddedServerOptions, 'onLaunch'>): EmbeddedStart {
    let onLaunch: (() => void) | undefined;
    const launch = new Promise<void>((resolve) => {
      onLaunch = resolve;
    });
    const outcome = settled(startEmbeddedServer({ ...options, onLaunch: () => onLaunch?.() }));
    return new EmbeddedStart(outcome, Promise.race([launch, outcome]));
  }

  /**
   * @throws EmbeddedPostgresError with a one-line message for people; nothing has to be cleaned up
   * then
   */
  async server(): Promise<EmbeddedServer> {
    const outcome = await this.outcome;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  /** Waits for the start to end, and stops the server if it runs. Idempotent. */
  async stop(): Promise<void> {
    const outcome = await this.outcome;
    if (outcome.status === 'fulfilled') await outcome.value.stop();
  }
}

/** Never rejects, as there may be no handler yet when the work fails. */
async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}
