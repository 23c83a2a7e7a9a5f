/**
 * Runs the service as a child process.
 *
 * 1. It gets its own environment, and a working folder without a `.env` file, unless it is told to
 *    use the settings of a folder.
 * 2. It is in its own process group: a Ctrl-C reaches only the parent, which then stops it in
 *    order.
 * 3. It never outlives its parent (leash.ts), and its database server never outlives it
 *    (left-database.ts).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { prepareDataDir } from '../../src/embedded-postgres/data-folder.js';
import { REACHED } from './leash-message.js';
import { stopLeftDatabase } from './left-database.js';
import { readLogTail } from './log-tail.js';
import { serviceEnvironment } from './service-environment.js';

/** Both are next to this file in the build. */
const SERVICE = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const LEASH = new URL('leash.js', import.meta.url).href;

/**
 * A database that was killed first replays its log, for which the service itself waits a minute.
 */
const START_TIMEOUT_MS = 90_000;
/** Longer than the service gives its running jobs and its database to end. */
const STOP_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 50;
const ANSWER_TIMEOUT_MS = 5_000;
/** Delay in which the end of a process is reported, which explains a failed request. */
const END_SHOWS_MS = 100;

/** The log contains paths and ids, so that only the owner may read it. */
const LOG_MODE = 0o600;

export interface ServiceProcessOptions {
  /**
   * Absolute path; also the working folder, unless `settingsFolder` is given. The log is
   * `<dataDir>.log`, written anew at each start.
   */
  dataDir: string;
  /** Port on which `environment` makes the service listen. */
  port: number;
  /**
   * Variables of Ringback; of the parent's environment only the variables that the system needs are
   * added.
   */
  environment: Readonly<Record<string, string>>;
  /**
   * Folder whose `.env`, together with the parent's whole environment, completes `environment`.
   * Unset: neither of them is read.
   */
  settingsFolder?: string;
}

/** The service ended, or did not start. */
export class ServiceFailedError extends Error {
  override readonly name = 'ServiceFailedError';
  readonly code = 'service_failed';

  /** Exit code of the process; null when it still runs, or was ended by a signal. */
  readonly exitCode: number | null;

  constructor(message: string, options: ErrorOptions & { exitCode?: number | null } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? null;
  }
}

export class ServiceProcess {
  readonly url: string;
  readonly logFile: string;
  /** Resolves when the process has ended, with a readable reason. Never rejects. */
  readonly ended: Promise<string>;
  private howItEnded: string | undefined;
  private wasReached = false;
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly options: ServiceProcessOptions,
  ) {
    this.url = `http://127.0.0.1:${options.port}`;
    this.logFile = logFileOf(options.dataDir);
    child.on('message', (message) => {
      this.wasReached ||= message === REACHED;
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.howItEnded ??= how;
        resolve(how);
      };
      child.once('exit', (code, signal) => {
        end(signal === null ? `exit code ${String(code)}` : signal);
      });
      child.once('error', (error) => {
        end(error.message);
      });
    });
  }

  /** Starts the process without waiting. The caller must also call `stop`, even after an error. */
  static async spawn(options: ServiceProcessOptions): Promise<ServiceProcess> {
    await prepareDataDir(options.dataDir);
    // Removed instead of emptied: another process that still runs there keeps its own log file.
    await rm(logFileOf(options.dataDir), { force: true });
    const log = openSync(logFileOf(options.dataDir), 'a', LOG_MODE);
    try {
      const child = spawn(process.execPath, ['--enable-source-maps', '--import', LEASH, SERVICE], {
        cwd: options.settingsFolder ?? options.dataDir,
        env:
          options.settingsFolder === undefined
            ? serviceEnvironment(options.environment)
            : { ...process.env, ...options.environment },
        // A file instead of a pipe: a service whose parent was killed can still log how it stops.
        stdio: ['ignore', log, log, 'ipc'],
        detached: true,
      });
      return new ServiceProcess(child, options);
    } finally {
      closeSync(log);
    }
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /**
   * Waits until the service answers that it is ready.
   *
   * @throws ServiceFailedError when it ends before that, or takes longer than 90 s; the signal's
   *   reason when aborted
   */
  async ready(signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!((await this.saysReady()) && this.wasReached)) {
      if (this.howItEnded !== undefined) {
        throw this.failure(`the service did not start (${this.howItEnded})`);
      }
      if (Date.now() > deadline) {
        throw this.failure(`the service was not ready after ${START_TIMEOUT_MS} ms`);
      }
      signal.throwIfAborted();
      await pause(POLL_INTERVAL_MS);
    }
  }

  /**
   * Waits for `work`, but only as long as the service runs.
   *
   * @throws ServiceFailedError when the service ends first; whatever `work` throws
   */
  async whileAlive<T>(work: Promise<T>): Promise<T> {
    const died = (how: string): never => {
      throw this.failure(`the service stopped by itself (${how})`);
    };
    try {
      return await Promise.race([work, this.ended.then(died)]);
    } catch (error) {
      await pause(END_SHOWS_MS);
      if (this.howItEnded !== undefined) died(this.howItEnded);
      throw error;
    }
  }

  /**
   * Stops the service and its database server; both have ended when the promise resolves. A second
   * call is harmless.
   *
   * @throws EmbeddedPostgresError when a database server that was left behind does not stop
   */
  async stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  /** Kills the process. `stop` cleans up what it leaves behind. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Returns the last lines of its log in readable form. */
  async logTail(): Promise<string[]> {
    return readLogTail(this.logFile);
  }

  private failure(message: string): ServiceFailedError {
    return new ServiceFailedError(message, { exitCode: this.child.exitCode });
  }

  private async saysReady(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
      const response = await fetch(`${this.url}/health/ready`, { signal });
      await response.body?.cancel();
      return response.ok;
    } catch {
      // The service does not listen yet. If it never will, the end of the process shows why.
      return false;
    }
  }

  private async end(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    const timeout = new AbortController();
    const late = pause(STOP_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(
      () => {
        this.kill();
      },
      () => undefined,
    );
    await this.ended;
    timeout.abort();
    await late;
    await stopLeftDatabase(this.options.dataDir);
  }
}

function logFileOf(dataDir: string): string {
  return `${dataDir}.log`;
}
