import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/simulator.js';
import { Api } from './api.js';
import { currentEngine } from './engine.js';
import { freePort } from './free-port.js';
import { RedisServer } from './redis-server.js';
import { ServiceProcess, SHORT_JOB_LOCK_MS } from './service-process.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface FleetOptions {
  apis: number;
  workers: number;
  simulator?: SimulatorOptions;
  env?: Record<string, string>;
  /** An empty database, so that the processes have to create its tables. */
  emptyDatabase?: boolean;
  /** Replaces a new database on the server that all tests share; it is dropped with the fleet. */
  database?: TestDatabase;
  /** Replaces a new Redis, on the Redis engine; it is stopped with the fleet. */
  redis?: RedisServer;
}

const KILL_INTERVAL_MS = 1_000;
const OUTPUT_TAIL_CHARS = 4_000;

/** Api and worker processes that share one database, and one Redis on that engine. */
export class Fleet {
  readonly apis: Api[] = [];
  readonly processes: ServiceProcess[] = [];
  private callbackPortIsTaken = false;
  private workerProcesses: ServiceProcess[] = [];
  private readonly retired = new Set<ServiceProcess>();

  private constructor(
    readonly simulator: Simulator,
    readonly database: TestDatabase,
    readonly redis: RedisServer | undefined,
    private readonly dataDir: string,
    private readonly callbackPort: number,
    private readonly options: FleetOptions,
  ) {}

  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(
      await startSimulator({ latencyMs: [20, 200], webhookRetryDelayMs: 200, ...options.simulator }),
      options.database ?? (await createTestDatabase({ migrated: options.emptyDatabase !== true })),
      currentEngine() === 'redis' ? (options.redis ?? (await RedisServer.start())) : undefined,
      await mkdtemp(join(tmpdir(), 'ringback-data-')),
      await freePort(),
      options,
    );
    const apiStarts = Array.from({ length: options.apis }, () => fleet.startApi());
    const workerStarts = Array.from({ length: options.workers }, () => fleet.startWorker());
    await Promise.all([...apiStarts, ...workerStarts]);
    return fleet;
  }

  get api(): Api {
    const [api] = this.apis;
    if (api === undefined) throw new Error('the fleet has no api');
    return api;
  }

  env(changes: Record<string, string>): Record<string, string> {
    return {
      DATABASE_URL: this.database.url,
      ...(this.redis === undefined ? {} : { REDIS_URL: this.redis.url }),
      DATA_DIR: this.dataDir,
      ASSEMBLYAI_API_KEY: 'a-key-of-the-tests',
      ASSEMBLYAI_BASE_URL: this.simulator.url,
      ASSEMBLYAI_WEBHOOK_URL: `http://127.0.0.1:${this.callbackPort}/api/webhooks/assemblyai`,
      ASSEMBLYAI_WEBHOOK_SECRET: 'a-secret-of-the-tests',
      GEMINI_API_KEY: 'a-key-of-the-tests',
      GEMINI_BASE_URL: this.simulator.url,
      RETRY_BASE_MS: '50',
      CALLBACK_DEADLINE_MS: '5000',
      RECONCILE_INTERVAL_MS: '5000',
      JOB_LOCK_MS: SHORT_JOB_LOCK_MS,
      ...this.options.env,
      ...changes,
    };
  }

  /** Starts an api process; the first one receives the callbacks. */
  async startApi(): Promise<ServiceProcess> {
    const isFirst = !this.callbackPortIsTaken;
    this.callbackPortIsTaken = true;
    const port = isFirst ? this.callbackPort : await freePort();
    const api = ServiceProcess.spawn(this.env({ ROLE: 'api', PORT: String(port) }));
    this.processes.push(api);
    await api.ready();
    this.apis.push(new Api(`http://127.0.0.1:${port}`));
    return api;
  }

  async startWorker(changes: Record<string, string> = {}): Promise<ServiceProcess> {
    const worker = ServiceProcess.spawn(this.env({ ROLE: 'worker', ...changes }));
    this.workerProcesses.push(worker);
    this.processes.push(worker);
    await worker.ready();
    return worker;
  }

  /**
   * Kills a worker every second, and starts another one instead.
   *
   * @returns a function that continues killing until `work` has ended, and returns the number of
   *   kills
   */
  killAWorkerEverySecond(): (work: () => Promise<void>) => Promise<number> {
    let kills = 0;
    const state = { isStopping: false };
    const killing = (async () => {
      while (!state.isStopping) {
        await pause(KILL_INTERVAL_MS);
        const [victim, ...others] = this.workerProcesses;
        if (victim === undefined) continue;
        await victim.stop('SIGKILL');
        kills += 1;
        this.workerProcesses = others;
        await this.startWorker();
      }
    })();
    return async (work) => {
      try {
        await work();
      } finally {
        state.isStopping = true;
        await killing;
      }
      return kills;
    };
  }

  /** @param from a table and a condition, for `select count(*) from` */
  async count(from: string): Promise<number> {
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    try {
      const { rows } = await client.query<{ count: string }>(`select count(*) from ${from}`);
      return Number(rows[0]?.count);
    } finally {
      await client.end();
    }
  }

  /** Stops processes one after the other, as an upgrade does. @returns their exit codes */
  async retire(services: readonly ServiceProcess[]): Promise<(number | null)[]> {
    const exitCodes = [];
    for (const service of services) {
      this.retired.add(service);
      exitCodes.push(await service.stop('SIGTERM'));
    }
    return exitCodes;
  }

  /** Counts the workers that have finalized a conversation, to show that work was distributed. */
  busyWorkers(): number {
    return this.workerProcesses.filter(({ output }) => output.includes('is finalized')).length;
  }

  /** @throws Error with the end of the output of a process that has ended */
  expectAllAlive(): void {
    const dead = this.processes.find((service) => !service.isRunning && !this.retired.has(service));
    if (dead !== undefined) throw new Error(`a process has ended: ${dead.output.slice(-OUTPUT_TAIL_CHARS)}`);
  }

  /** Returns the lines that any process logged as an error. */
  errors(): string[] {
    return this.lines(/"level":"(?:error|fatal)"/);
  }

  /**
   * Returns the output lines of all processes that are not routine records: warnings, errors, and
   * lines outside of the log format.
   */
  problemLines(): string[] {
    return this.lines(/^(?!\{"level":"log")./);
  }

  /**
   * Runs checks on the results of the fleet.
   *
   * @throws Error with the failed check, and with the warnings and errors of the processes, which
   *   explain it
   */
  async verify(checks: () => Promise<void>): Promise<void> {
    try {
      await checks();
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      throw new Error(
        `${failure}\n\nWarnings and errors of the processes:\n${this.problemLines().join('\n')}`,
        {
          cause: error,
        },
      );
    }
  }

  /** Returns the log lines of all processes that contain these words. */
  logged(words: string): { timestamp: number; message: string }[] {
    return this.lines(/^\{/)
      .filter((line) => line.includes(words))
      .map((line) => JSON.parse(line) as { timestamp: number; message: string });
  }

  private lines(pattern: RegExp): string[] {
    return this.processes.flatMap(({ output }) => output.split('\n').filter((line) => pattern.test(line)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((service) => service.stop('SIGKILL')));
    await this.simulator.close();
    await this.database.drop();
    await this.redis?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
