import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { waitUntil } from './wait-until.js';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** Log line of a service that is ready, by role: an api listens, a worker takes jobs. */
const READY = /listening on|taking jobs/;
const START_DEADLINE_MS = 90_000;

/**
 * JOB_LOCK_MS of services that are killed: tests wait until the locks of dead processes end, 5/3 of
 * this.
 */
export const SHORT_JOB_LOCK_MS = '5000';

/** Runs the built service in a separate process, as in production. */
export class ServiceProcess {
  private readonly closed: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.closed = once(child, 'close');
  }

  /** Its output so far. */
  output = '';

  /**
   * Spawns the service without waiting for it to be ready.
   *
   * @param env the whole environment of the process, except PATH
   * @param options.cwd where it searches for `.env`; by default not the project's folder
   * @param options.maxFileKilobytes the longest file that it may write, to simulate a full disk
   */
  static spawn(
    env: Readonly<Record<string, string>>,
    options: { cwd?: string; maxFileKilobytes?: number } = {},
  ): ServiceProcess {
    const limit = options.maxFileKilobytes ?? 'unlimited';
    const command = [process.execPath, '--enable-source-maps', MAIN];
    const child = spawn('bash', ['-c', 'ulimit -f "$0" && exec "$@"', String(limit), ...command], {
      cwd: options.cwd ?? tmpdir(),
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const service = new ServiceProcess(child);
    const collect = (data: Buffer): void => {
      service.output += data.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    return service;
  }

  static async start(
    env: Readonly<Record<string, string>>,
    options: { maxFileKilobytes?: number } = {},
  ): Promise<ServiceProcess> {
    const service = ServiceProcess.spawn(env, options);
    await service.ready();
    return service;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @throws Error with its output when it ends instead */
  async ready(): Promise<void> {
    await waitUntil(
      () => {
        if (!this.isRunning) throw new Error(`the service ended instead of starting:\n${this.output}`);
        return Promise.resolve(READY.test(this.output));
      },
      (ready) => ready,
      START_DEADLINE_MS,
    );
  }

  /** @returns its exit code, or null when a signal ended it */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.isRunning) this.child.kill(signal);
    return this.ended();
  }

  /** Waits until it has ended, and `output` is complete. */
  async ended(): Promise<number | null> {
    await this.closed;
    return this.child.exitCode;
  }
}
