import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBinaries } from '../../src/embedded-postgres/binaries.js';
import { reachableBinaries } from '../../src/embedded-postgres/binaries-copy.js';
import { OUTSIDE_FOLDER } from '../../src/embedded-postgres/cluster-location.js';
import { createCluster } from '../../src/embedded-postgres/create-cluster.js';
import { prepareDataDir, type Cluster } from '../../src/embedded-postgres/data-folder.js';
import { chooseServerUser } from '../../src/embedded-postgres/os-user.js';
import { readPostmaster } from '../../src/embedded-postgres/postmaster.js';
import { grantAccessToCluster } from '../../src/embedded-postgres/reach.js';
import { runProgram } from '../../src/embedded-postgres/run-program.js';
import { connectionStringFor } from '../../src/embedded-postgres/server-connection.js';
import { startServer } from '../../src/embedded-postgres/server-control.js';
import { logPath } from '../../src/embedded-postgres/server-log.js';
import { freePort } from './free-port.js';
import type { TestDatabase } from './test-database.js';
import { waitUntil } from './wait-until.js';

/**
 * `fast` ends every session and shuts down in order, `immediate` aborts and recovers at the next
 * start, `kill` is a crash of all of its processes.
 */
export type PostgresStop = 'fast' | 'immediate' | 'kill';

/** Enough for a few processes of the service with all their pools. */
const MAX_CONNECTIONS = 400;
const STOP_TIMEOUT_MS = 30_000;

/** A separate, empty PostgreSQL server for a test that can be stopped, killed and restarted. */
export class PostgresServer implements TestDatabase {
  private constructor(
    private readonly cluster: Cluster,
    private readonly port: number,
    readonly url: string,
  ) {}

  static async start(): Promise<PostgresServer> {
    const server = await PostgresServer.prepare();
    await server.resume();
    return server;
  }

  /** Creates it without starting it. */
  static async prepare(): Promise<PostgresServer> {
    const home = await mkdtemp(join(tmpdir(), 'ringback-postgres-'));
    await prepareDataDir(home);
    const folder = join(home, 'postgres');
    const user = await chooseServerUser(home, folder);
    if (user !== null) await grantAccessToCluster(home, user);
    const found = await findBinaries();
    const binaries =
      user === null ? found : await reachableBinaries(found, { outside: OUTSIDE_FOLDER, user });
    const cluster: Cluster = { home, folder, binaries, user };
    await createCluster(cluster);
    const port = await freePort();
    return new PostgresServer(cluster, port, await connectionStringFor(cluster, port));
  }

  /**
   * Creates and starts a standby that never leaves recovery: it allows reads, refuses changes, and
   * logs every statement. Restarts this server for it.
   */
  async startStandby(): Promise<PostgresServer> {
    await this.stop('fast');
    const { cluster } = this;
    const home = await mkdtemp(join(tmpdir(), 'ringback-standby-'));
    await prepareDataDir(home);
    if (cluster.user !== null) await grantAccessToCluster(home, cluster.user);
    const folder = join(home, 'postgres');
    await promisify(execFile)('cp', ['-a', cluster.folder, folder]);
    await writeFile(join(folder, 'standby.signal'), '');
    await appendFile(join(folder, 'postgresql.conf'), "\nlog_statement = 'all'\n");
    const copy: Cluster = { ...cluster, home, folder };
    const port = await freePort();
    const standby = new PostgresServer(copy, port, await connectionStringFor(copy, port));
    await Promise.all([this.resume(), standby.resume()]);
    return standby;
  }

  /** Starts it, always on the same port; it accepts connections when the promise resolves. */
  async resume(): Promise<void> {
    await startServer(this.cluster, {
      maxConnections: MAX_CONNECTIONS,
      ports: [this.port],
      onlyWantedPorts: true,
    });
  }

  /** Reads its log since the last start. */
  async log(): Promise<string> {
    return readFile(logPath(this.cluster), 'utf8');
  }

  async halt(how: PostgresStop): Promise<void> {
    if (how === 'kill') await this.killAll();
    else await this.stop(how);
  }

  /** Removes the server with its only database. */
  async drop(): Promise<void> {
    await this.stop('immediate');
    await rm(this.cluster.home, { recursive: true, force: true });
  }

  private async stop(mode: 'fast' | 'immediate'): Promise<void> {
    const postmaster = await readPostmaster(this.cluster.folder);
    if (postmaster.state !== 'alive') return;
    const { exitCode, output } = await runProgram({
      file: this.cluster.binaries.pgCtl,
      args: ['stop', '-w', '-m', mode, '-D', '.'],
      cwd: this.cluster.folder,
      user: this.cluster.user,
      timeoutMs: STOP_TIMEOUT_MS,
    });
    if (exitCode !== 0) throw new Error(`PostgreSQL was not stopped: ${output}`);
  }

  private async killAll(): Promise<void> {
    const postmaster = await readPostmaster(this.cluster.folder);
    if (postmaster.state !== 'alive') throw new Error('PostgreSQL does not run');
    // While stopped, it starts no more sessions. A session that escaped would wait forever for
    // locks of the killed ones, and the next start for the end of that session.
    process.kill(postmaster.pid, 'SIGSTOP');
    await waitUntil(
      () => listProcesses(),
      (processes) => processes.some(({ pid, state }) => pid === postmaster.pid && state.startsWith('T')),
    );
    const sessions = (await listProcesses()).filter(({ parent }) => parent === postmaster.pid);
    // The main process is killed first: it would clean up after the others.
    for (const { pid } of [postmaster, ...sessions]) killIfThere(pid);
    await waitUntil(
      () => readPostmaster(this.cluster.folder),
      ({ state }) => state !== 'alive',
    );
  }
}

interface ProcessLine {
  pid: number;
  parent: number;
  /** As reported by `ps`: T for a stopped process. */
  state: string;
}

async function listProcesses(): Promise<ProcessLine[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,state=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state = '']) => ({ pid: Number(pid), parent: Number(parent), state }));
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
