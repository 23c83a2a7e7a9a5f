import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api } from './api.js';
import { waitUntil } from './wait-until.js';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** A process of its own has to load everything first, and two cores may be busy with other tests. */
const START_DEADLINE_MS = 30_000;

export interface Exit {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** Its whole environment, but for PATH. */
  env: Record<string, string>;
  /** Where it looks for `.env`. An empty folder of its own when not given. */
  cwd?: string;
}

/** The service as a process of its own, from the build: for what only a process can show, such as dying. */
export class ChildService {
  readonly exited: Promise<Exit>;
  private written = '';
  private hasExited = false;

  private constructor(
    private readonly child: ChildProcess,
    readonly api: Api,
    private readonly ownFolder: string | undefined,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.hasExited = true;
        resolve({ code, signal });
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.written += text;
      });
    }
  }

  /** Starts it, and does not wait for anything. */
  static async spawn({ env, cwd }: ChildOptions): Promise<ChildService> {
    const ownFolder = cwd === undefined ? await mkdtemp(join(tmpdir(), 'ringback-child-')) : undefined;
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
      cwd: cwd ?? ownFolder,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ChildService(child, new Api(`http://127.0.0.1:${env.PORT ?? ''}`), ownFolder);
  }

  /**
   * Starts it, and resolves when it is ready. Its `PORT` must be given.
   *
   * @throws Error with all that it wrote when it ends instead
   */
  static async start(options: ChildOptions): Promise<ChildService> {
    const service = await ChildService.spawn(options);
    await waitUntil(
      () => service.isReady(),
      (ready) => ready,
      START_DEADLINE_MS,
    );
    return service;
  }

  /** All that it has written so far, to both streams. */
  get output(): string {
    return this.written;
  }

  /** Sends a signal, and waits for the end of the process. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    if (!this.hasExited) this.child.kill(signal);
    const exit = await this.exited;
    if (this.ownFolder !== undefined) await rm(this.ownFolder, { recursive: true, force: true });
    return exit;
  }

  private async isReady(): Promise<boolean> {
    if (this.hasExited) throw new Error(`the service ended instead of starting:\n${this.written}`);
    try {
      return (await this.api.get('/health/ready')).status === 200;
    } catch (error) {
      // Nobody listens yet; anything else is a mistake of the test's.
      if (error instanceof TypeError) return false;
      throw error;
    }
  }
}
