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
import { ServiceProcess } from './service-process.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface FleetOptions {
  apis: number;
  workers: number;
  simulator?: SimulatorOptions;
  env?: Record<string, string>;
  /** An empty database, so that the processes have to make its tables. */
  emptyDatabase?: boolean;
}

const KILL_INTERVAL_MS = 1_000;

/** Api and worker processes that share one database, and one Redis on that engine. */
export class Fleet {
  readonly apis: Api[] = [];
  readonly processes: ServiceProcess[] = [];
  private readonly apiProcesses: ServiceProcess[] = [];
  private workerProcesses: ServiceProcess[] = [];

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
      await createTestDatabase({ migrated: options.emptyDatabase !== true }),
      currentEngine() === 'redis' ? await RedisServer.start() : undefined,
      await mkdtemp(join(tmpdir(), 'ringback-data-')),
      await freePort(),
      options,
    );
    const ports = [fleet.callbackPort];
    while (ports.length < options.apis) ports.push(await freePort());
    const apiStarts = ports.map(async (port) => {
      const api = ServiceProcess.spawn(fleet.env({ ROLE: 'api', PORT: String(port) }));
      fleet.apiProcesses.push(api);
      fleet.processes.push(api);
      await api.ready();
      fleet.apis.push(new Api(`http://127.0.0.1:${port}`));
    });
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
      ...this.options.env,
      ...changes,
    };
  }

  async startWorker(): Promise<ServiceProcess> {
    const worker = ServiceProcess.spawn(this.env({ ROLE: 'worker' }));
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
    let stopped = false;
    const killing = (async () => {
      while (!stopped) {
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
        stopped = true;
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

  /** Workers that have finalised a conversation: the work was spread over them. */
  busyWorkers(): number {
    return this.workerProcesses.filter(({ output }) => output.includes('is finalized')).length;
  }

  /** Lines that any process logged as an error. */
  errors(): string[] {
    return this.processes.flatMap(({ output }) =>
      output.split('\n').filter((line) => /"level":"(?:error|fatal)"/.test(line)),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((service) => service.stop('SIGKILL')));
    await this.simulator.close();
    await this.database.drop();
    await this.redis?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
