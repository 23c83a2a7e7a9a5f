/**
 * The service as a child process.
 *
 * 1. It gets an environment of its own, and a working folder without anybody's `.env`.
 * 2. It is in a process group of its own: a Ctrl-C reaches whoever started it, who then stops it in order.
 * 3. It never outlives its parent (leash.ts), and its database server never outlives it (left-database.ts).
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

/** Both lie beside this file in the build. */
const SERVICE = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const LEASH = new URL('leash.js', import.meta.url).href;

/** A database that was killed replays its log first, for which the service itself waits a minute. */
const START_TIMEOUT_MS = 90_000;
/** Longer than the service gives its running jobs and its database to end. */
const STOP_TIMEOUT_MS = 60_000;
const LOOK_INTERVAL_MS = 50;
const ANSWER_TIMEOUT_MS = 5_000;
/** That a process does not answer shows at once, that it has ended a moment later; the second explains the first. */
const END_SHOWS_MS = 100;

/** Paths and ids are nobody else's business. */
const LOG_MODE = 0o600;

export interface ServiceProcessOptions {
  /** Absolute; also the working folder. The log is written beside it, to `<dataDir>.log`, anew at each start. */
  dataDir: string;
  /** Where `environment` makes it listen. */
  port: number;
  /** Variables of Ringback; nothing else of the surrounding environment reaches it but what the system needs. */
  environment: Readonly<Record<string, string>>;
}

/** The service ended, or did not start. */
export class ServiceFailedError extends Error {
  override readonly name = 'ServiceFailedError';
  readonly code = 'service_failed';
}

export class ServiceProcess {
  readonly url: string;
  readonly logFile: string;
  /** Resolves when the process is gone, with how it ended, for a person. Never rejects. */
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

  /** Starts the process; `ready` says when it works. Whoever calls this also calls `stop`, whatever happens. */
  static async spawn(options: ServiceProcessOptions): Promise<ServiceProcess> {
    await prepareDataDir(options.dataDir);
    // Removed, not emptied: another one that is still running there keeps its own to itself.
    await rm(logFileOf(options.dataDir), { force: true });
    const log = openSync(logFileOf(options.dataDir), 'a', LOG_MODE);
    try {
      const child = spawn(process.execPath, ['--enable-source-maps', '--import', LEASH, SERVICE], {
        cwd: options.dataDir,
        env: serviceEnvironment(options.environment),
        // A file, not a pipe: a service whose parent was killed can still say how it stops.
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
   * @throws ServiceFailedError when it ends before that, or takes longer than 90 s; the signal's reason when aborted
   */
  async ready(signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!((await this.saysReady()) && this.wasReached)) {
      if (this.howItEnded !== undefined) {
        throw new ServiceFailedError(`the service did not start (${this.howItEnded})`);
      }
      if (Date.now() > deadline) {
        throw new ServiceFailedError(`the service was not ready after ${START_TIMEOUT_MS} ms`);
      }
      signal.throwIfAborted();
      await pause(LOOK_INTERVAL_MS);
    }
  }

  /**
   * Waits for `work`, and no longer than the service lives.
   *
   * @throws ServiceFailedError when the service ends first; whatever `work` throws
   */
  async whileAlive<T>(work: Promise<T>): Promise<T> {
    const died = (how: string): never => {
      throw new ServiceFailedError(`the service stopped by itself (${how})`);
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
   * Stops the service and its database server; both are gone when this is done. Running it twice is harmless.
   *
   * @throws EmbeddedPostgresError when a database server that was left behind does not stop
   */
  async stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  /** Ends the process at once. What it leaves behind is cleared up by `stop`. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** The last lines of its log, readable. */
  async logTail(): Promise<string[]> {
    return readLogTail(this.logFile);
  }

  private async saysReady(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
      const response = await fetch(`${this.url}/health/ready`, { signal });
      await response.body?.cancel();
      return response.ok;
    } catch {
      // Nobody listens yet; why it never will is told by the process's end.
      return false;
    }
  }

  private async end(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    const patience = new AbortController();
    const late = pause(STOP_TIMEOUT_MS, undefined, { signal: patience.signal }).then(
      () => {
        this.kill();
      },
      () => undefined,
    );
    await this.ended;
    patience.abort();
    await late;
    await stopLeftDatabase(this.options.dataDir);
  }
}

function logFileOf(dataDir: string): string {
  return `${dataDir}.log`;
}
