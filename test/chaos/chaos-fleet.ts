import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { Api, wav, type Answer } from '../support/api.js';
import type { Engine } from '../support/engine.js';
import { freePort } from '../support/free-port.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer } from '../support/redis-server.js';
import { ServiceProcess, SHORT_JOB_LOCK_MS } from '../support/service-process.js';
import { query } from './audit.js';

const APIS = 2;
const WORKERS = 3;
/** Longer than a job's lock: when the frozen worker continues, another one has its jobs. */
const FREEZE_MS = 7_000;
const STORE_DOWN_MS = 1_500;
const RETRY_PAUSE_MS = 100;
const MAX_ATTEMPTS = 600;
/** Number of output lines of each process that a failed run shows. */
const OUTPUT_TAIL_LINES = 30;

/** The processes and stores that a chaos run breaks, with methods to break and repair them. */
export class ChaosFleet {
  private apis: { port: number; process: ServiceProcess }[] = [];
  private workers: ServiceProcess[] = [];
  private readonly outputs: ServiceProcess[] = [];
  private readonly background = new Set<Promise<void>>();

  private constructor(
    readonly engine: Engine,
    readonly simulator: Simulator,
    readonly postgres: PostgresServer,
    readonly redis: RedisServer | undefined,
    private readonly dataDir: string,
    private readonly callbackPort: number,
  ) {}

  static async start(engine: Engine, seed: number): Promise<ChaosFleet> {
    const fleet = new ChaosFleet(
      engine,
      await startSimulator({
        seed,
        latencyMs: [100, 2_000],
        webhookRetryDelayMs: 500,
        webhookMaxAttempts: 4,
      }),
      await PostgresServer.start(),
      engine === 'redis' ? await RedisServer.start() : undefined,
      await mkdtemp(join(tmpdir(), 'ringback-chaos-')),
      await freePort(),
    );
    const ports = [fleet.callbackPort];
    while (ports.length < APIS) ports.push(await freePort());
    for (const port of ports)
      fleet.apis.push({ port, process: await fleet.spawn({ ROLE: 'api', PORT: String(port) }) });
    for (let index = 0; index < WORKERS; index += 1)
      fleet.workers.push(await fleet.spawn({ ROLE: 'worker' }));
    return fleet;
  }

  /**
   * Sends a request to the apis until one answers; with an idempotency key where the request must
   * not be carried out twice.
   */
  async sendToAnyApi<T>(send: (api: Api) => Promise<Answer<T>>): Promise<T> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const { port } = this.apis[attempt % this.apis.length] ?? { port: this.callbackPort };
      try {
        const { status, body } = await send(new Api(`http://127.0.0.1:${port}`));
        if (status < 500) return body;
      } catch (error) {
        if (!isBrokenConnection(error)) throw error;
      }
      await pause(RETRY_PAUSE_MS);
    }
    throw new Error('no api has answered');
  }

  async addChunk(conversationId: string, key: string): Promise<void> {
    await this.sendToAnyApi(async (api) => {
      const answer = await api.upload(conversationId, {
        audio: wav(key),
        headers: { 'idempotency-key': key },
      });
      // A conversation is finished only after all its chunks were accepted, so that 409 means a
      // lost chunk.
      if (answer.status !== 202 && answer.status < 500)
        throw new Error(`a chunk was refused: ${answer.status}`);
      return answer;
    });
  }

  async killWorker(index: number): Promise<void> {
    await this.workers[index % this.workers.length]?.stop('SIGKILL');
    this.workers[index % this.workers.length] = await this.spawn({ ROLE: 'worker' });
  }

  async killApi(index: number): Promise<void> {
    const api = this.apis[index % this.apis.length];
    if (api === undefined) return;
    await api.process.stop('SIGKILL');
    api.process = await this.spawn({ ROLE: 'api', PORT: String(api.port) });
  }

  /**
   * Freezes a worker for longer than its locks last; it continues by itself while other faults
   * occur.
   */
  freezeWorker(index: number): void {
    const worker = this.workers[index % this.workers.length];
    if (worker === undefined || !worker.isRunning) return;
    process.kill(worker.pid, 'SIGSTOP');
    const thaw = (async () => {
      await pause(FREEZE_MS);
      if (worker.isRunning) process.kill(worker.pid, 'SIGCONT');
    })();
    this.background.add(thaw);
  }

  async restartPostgres(): Promise<void> {
    await this.postgres.halt('kill');
    await pause(STORE_DOWN_MS);
    await this.postgres.resume();
  }

  async restartRedis(): Promise<void> {
    await this.redis?.kill('SIGKILL');
    await pause(STORE_DOWN_MS);
    await this.redis?.resume();
  }

  async wipeQueues(): Promise<void> {
    if (this.redis !== undefined) {
      await this.redis.wipe();
      return;
    }
    await query(this.postgres.url, 'truncate bullmq.job, bullmq.scheduler cascade');
  }

  /** Returns the number of pending chunks in coordination. */
  async pendingLeft(): Promise<number> {
    if (this.redis !== undefined)
      return this.redis.use(async (redis) => (await redis.keys('coord:{pending}*')).length);
    const [row] = await query<{ count: string }>(
      this.postgres.url,
      'select count(*) from coordination_pending_chunks',
    );
    return Number(row?.count);
  }

  /** Describes unfinished work, and the end of the output of every process, for a failed run. */
  async describeStuck(): Promise<string> {
    const states = await query(
      this.postgres.url,
      `select c.status as chunk, s.status as submission, s.error, count(*), min(s.lease_until) as lease_until,
        max(s.failed_checks) as failed_checks, max(c.failed_submits) as failed_submits
        from chunks c left join submissions s on s.id = c.submission_id
        where c.status not in ('completed', 'failed') group by 1, 2, 3`,
    );
    const outputs = this.outputs
      .filter((service) => service.isRunning)
      .map(
        (service) => `--- ${service.pid}\n${service.output.split('\n').slice(-OUTPUT_TAIL_LINES).join('\n')}`,
      );
    return `\n${states.map((state) => JSON.stringify(state)).join('\n')}\n${outputs.join('\n')}\n`;
  }

  /** Waits until every frozen process continues, and every process runs. */
  async recover(): Promise<void> {
    await Promise.all(this.background);
  }

  async stop(): Promise<void> {
    await this.recover();
    await Promise.all(this.outputs.map((service) => service.stop('SIGKILL')));
    await this.simulator.close();
    await this.postgres.drop();
    await this.redis?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private async spawn(changes: Record<string, string>): Promise<ServiceProcess> {
    const service = ServiceProcess.spawn({ ...this.env(), ...changes });
    this.outputs.push(service);
    await service.ready();
    return service;
  }

  private env(): Record<string, string> {
    return {
      DATABASE_URL: this.postgres.url,
      ...(this.redis === undefined ? {} : { REDIS_URL: this.redis.url }),
      DATA_DIR: this.dataDir,
      ASSEMBLYAI_API_KEY: 'a-key-of-the-tests',
      ASSEMBLYAI_BASE_URL: this.simulator.url,
      ASSEMBLYAI_WEBHOOK_URL: `http://127.0.0.1:${this.callbackPort}/api/webhooks/assemblyai`,
      ASSEMBLYAI_WEBHOOK_SECRET: 'a-secret-of-the-tests',
      GEMINI_API_KEY: 'a-key-of-the-tests',
      GEMINI_BASE_URL: this.simulator.url,
      RETRY_BASE_MS: '100',
      JOB_LOCK_MS: SHORT_JOB_LOCK_MS,
      CALLBACK_DEADLINE_MS: '5000',
      RECONCILE_INTERVAL_MS: '5000',
    };
  }
}

/** Detects the error of `fetch`. */
function isBrokenConnection(error: unknown): boolean {
  return error instanceof TypeError;
}
