/**
 * The PostgreSQL server that Ringback brings along, for when no DATABASE_URL is set.
 *
 * 1. One live Ringback per data folder (folder-lock.ts), one server per cluster (server-control.ts).
 * 2. A cluster is whole or not there (data-folder.ts); its files are never removed, and never made anew.
 * 3. Nothing committed is lost: fsync stays on, and every way to stop is one that PostgreSQL recovers from.
 * 4. Root runs it as another user; what that user may not reach is kept outside (cluster-location.ts, binaries-copy.ts).
 * 5. What cannot work says so in one line, with what to do (embedded-postgres-error.ts).
 */
import { dirname, resolve } from 'node:path';
import { type Binaries, findBinaries, readMajorVersion } from './binaries.js';
import { reachableBinaries } from './binaries-copy.js';
import { type ClusterLocation, findLocation, OUTSIDE, reachableLocation } from './cluster-location.js';
import { createCluster } from './create-cluster.js';
import { type Cluster, hasCluster, prepareDataDir } from './data-folder.js';
import { explainFolderError } from './embedded-postgres-error.js';
import { type FolderLock, takeFolderLock } from './folder-lock.js';
import { chooseServerUser } from './os-user.js';
import { lastPort, LOOPBACK } from './ports.js';
import type { SystemUser } from './run-program.js';
import { askForMaxConnections, connectionStringFor } from './server-connection.js';
import { findRunningServer, type RunningPostmaster, startServer, stopServer } from './server-control.js';
import { ServerSupervisor } from './server-supervisor.js';

export { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Queues, workers, listeners and the pool of one process take about 60 (three queues, measured); the rest is reserve. */
const DEFAULT_MAX_CONNECTIONS = 200;

export interface EmbeddedServerOptions {
  /** The cluster lives in its subfolder `postgres`, or where that links to. Made when it is not there. */
  readonly dataDir: string;
  /** Where root keeps what its server's user may not reach in its own location. @defaultValue `OUTSIDE` */
  readonly outside?: string;
  /** Gets what a person may want to know, a line each; never a secret. */
  readonly log: (line: string) => void;
  /** @defaultValue 200 */
  readonly maxConnections?: number;
  /** Taken when it is free, and no server runs yet. @defaultValue the port of the last run, else any free one */
  readonly preferredPort?: number;
  /**
   * Called whenever a program was launched that takes its time (`initdb`, `pg_ctl`): nothing is done here until it ends. Not called
   * where a running server is taken over.
   */
  readonly onLaunch?: () => void;
}

export interface EmbeddedServer {
  /** Carries the password: not for logs. */
  readonly connectionString: string;
  readonly port: number;
  /** True when the server was running already: a Ringback that was killed has left it. */
  readonly reused: boolean;
  /**
   * Stops the server, a reused one too, and gives the data folder free. Running it twice is harmless.
   *
   * @throws EmbeddedPostgresError `stop_failed` when the server still runs after 40 seconds
   */
  stop(): Promise<void>;
}

/**
 * Brings up the server of a data folder: makes the database first when there is none, takes over a server that a killed
 * Ringback has left, and recovers from a server that was killed itself. While this process lives, a server that dies is
 * started again on the same port.
 *
 * @throws EmbeddedPostgresError with one line for a person; nothing has to be cleaned up then
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const dataDir = resolve(options.dataDir);
  await prepareDataDir(dataDir);
  const locks = [await takeFolderLock(dataDir)];
  try {
    const reachable = await findReachable(dataDir, options);
    const { home } = reachable.location;
    // Two data folders, one of them a copy, may link to one cluster.
    if (home !== dataDir) locks.push(await takeFolderLock(home));
    const cluster = await openCluster(reachable, options);
    return await bringUp(cluster, locks, options);
  } catch (error) {
    await releaseAll(locks);
    throw explainFolderError(dataDir, error);
  }
}

/** Files and folders that the server's user can reach. */
interface Reachable {
  readonly user: SystemUser | null;
  readonly location: ClusterLocation;
  readonly binaries: Binaries;
}

async function findReachable(
  dataDir: string,
  { outside = OUTSIDE, log }: EmbeddedServerOptions,
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
  const outsiders = [
    ...(reachable.location.home === dataDir ? [] : [`its data are in ${reachable.location.folder}`]),
    ...(reachable.binaries === binaries ? [] : [`its programs in ${dirname(reachable.binaries.postgres)}`]),
  ];
  if (outsiders.length > 0) {
    log(`PostgreSQL runs as the user ${user.name}, to whom folders here are closed: ${outsiders.join(', ')}`);
  }
  return reachable;
}

async function openCluster(
  { location: { home, folder }, binaries, user }: Reachable,
  options: EmbeddedServerOptions,
): Promise<Cluster> {
  const cluster: Cluster = { home, folder, binaries, user };
  if (!(await hasCluster(folder, await readMajorVersion(binaries, user)))) {
    options.log(`making the database in ${folder}`);
    await createCluster(cluster, options.onLaunch);
  }
  return cluster;
}

async function bringUp(
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
      : `going on with the database server that a killed Ringback has left, on ${LOOPBACK}:${server.port}`,
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

/** One that takes fewer connections than the service will open is stopped instead. */
async function reuseServer(cluster: Cluster, maxConnections: number): Promise<RunningPostmaster | null> {
  const found = await findRunningServer(cluster);
  if (found === null) return null;
  if ((await askForMaxConnections(cluster, found)) >= maxConnections) return found;
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
    await askForMaxConnections(cluster, server);
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

/** An embedded server on its way up. */
export class EmbeddedStart {
  private constructor(
    private readonly outcome: Promise<PromiseSettledResult<EmbeddedServer>>,
    /**
     * Resolves when a program is at work that takes its time, so that this thread has nothing to do for it; or when the start is
     * over. Never rejects.
     */
    readonly launched: Promise<unknown>,
  ) {}

  /** Begins a start; what goes wrong is for `server` to tell, whenever it is asked. */
  static begin(options: Omit<EmbeddedServerOptions, 'onLaunch'>): EmbeddedStart {
    let onLaunch: (() => void) | undefined;
    const launch = new Promise<void>((resolve) => {
      onLaunch = resolve;
    });
    const outcome = settled(startEmbeddedServer({ ...options, onLaunch: () => onLaunch?.() }));
    return new EmbeddedStart(outcome, Promise.race([launch, outcome]));
  }

  /** @throws EmbeddedPostgresError with one line for a person; nothing has to be cleaned up then */
  async server(): Promise<EmbeddedServer> {
    const outcome = await this.outcome;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  /** Waits for the start to end, and stops the server if it has come up. Running it twice is harmless. */
  async stop(): Promise<void> {
    const outcome = await this.outcome;
    if (outcome.status === 'fulfilled') await outcome.value.stop();
  }
}

/** Never rejects: nobody may be listening yet when it fails. */
async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}
