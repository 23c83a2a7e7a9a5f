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
  /** An empty database, so that the processes have to make its tables. */
  emptyDatabase?: boolean;
  /** Instead of a new one on the server that all tests share; it goes with the fleet. */
  database?: TestDatabase;
  /** Instead of a new one, on the Redis engine; it goes with the fleet. */
  redis?: RedisServer;
}

const KILL_INTERVAL_MS = 1_000;
const LAST_WORDS_CHARS = 4_000;

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

  /** The first one gets the callbacks. */
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
   * Kills a worker every second, and starts another in its place.
   *
   * @returns a function that goes on killing until `work` has ended, and returns how many were killed
   */
  killAWorkerEverySecond(): (work: () => Promise<void>) => Promise<number> {
    let kills = 0;
    const wish = { stop: false };
    const killing = (async () => {
      while (!wish.stop) {
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
        wish.stop = true;
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

  /** Stops processes as an upgrade does, one after the other. @returns their exit codes */
  async retire(services: readonly ServiceProcess[]): Promise<(number | null)[]> {
    const exitCodes = [];
    for (const service of services) {
      this.retired.add(service);
      exitCodes.push(await service.stop('SIGTERM'));
    }
    return exitCodes;
  }

  /** Workers that have finalized a conversation: the work was spread over them. */
  busyWorkers(): number {
    return this.workerProcesses.filter(({ output }) => output.includes('is finalized')).length;
  }

  /** @throws Error with the last words of a process that has ended */
  expectAllAlive(): void {
    const dead = this.processes.find((service) => !service.isRunning && !this.retired.has(service));
    if (dead !== undefined) throw new Error(`a process has ended: ${dead.output.slice(-LAST_WORDS_CHARS)}`);
  }

  /** Lines that any process logged as an error. */
  errors(): string[] {
    return this.lines(/"level":"(?:error|fatal)"/);
  }

  /** Lines that any process wrote and that are not a record of what it does: warnings, errors, and what is no log line. */
  complaints(): string[] {
    return this.lines(/^(?!\{"level":"log")./);
  }

  /**
   * Runs checks on what the fleet did.
   *
   * @throws Error with the failed check, and with what the processes complained of: only they know why
   */
  async verify(checks: () => Promise<void>): Promise<void> {
    try {
      await checks();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`${said}\n\nThe processes complained:\n${this.complaints().join('\n')}`, {
        cause: error,
      });
    }
  }

  /** Log lines of any process that say so. */
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
