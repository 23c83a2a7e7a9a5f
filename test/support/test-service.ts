import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/simulator.js';
import type { RunningService, ServiceOptions } from '../../src/app/service.js';
import { startService } from '../../src/app/start.js';
import { Api } from './api.js';
import { currentEngine, type Engine } from './engine.js';
import { freePort } from './free-port.js';
import { RedisServer } from './redis-server.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export type Strategy = 'webhook' | 'polling';

export const STRATEGIES: readonly Strategy[] = ['webhook', 'polling'];
export const CALLBACK_SECRET = 'a-secret-of-the-tests';

export interface WorldOptions {
  strategy?: Strategy;
  env?: Record<string, string> | ((simulator: Simulator) => Record<string, string>);
  simulator?: SimulatorOptions;
  service?: ServiceOptions;
  /** Replaces a new database on the server that all tests share; it is dropped with the world. */
  database?: TestDatabase;
}

/** Short pauses, so that a test waits for conditions and not for timers. */
const FAST_ENV = {
  POLL_INTERVAL_MS: '50',
  RETRY_BASE_MS: '20',
  CALLBACK_DEADLINE_MS: '60000',
  RECONCILE_INTERVAL_MS: '60000',
};

/** A database, a folder, a simulator of the providers, and the service, which can be restarted. */
export class World {
  private service: RunningService | undefined;
  private currentApi: Api | undefined;

  private constructor(
    readonly engine: Engine,
    /** Set on the Redis engine only. */
    readonly redis: RedisServer | undefined,
    readonly simulator: Simulator,
    readonly database: TestDatabase,
    readonly dataDir: string,
    readonly port: number,
    private readonly options: WorldOptions,
  ) {}

  static async start(options: WorldOptions = {}): Promise<World> {
    const engine = currentEngine();
    const [simulator, database, dataDir, port, redis] = await Promise.all([
      startSimulator({ latencyMs: 20, webhookRetryDelayMs: 50, ...options.simulator }),
      options.database ?? createTestDatabase(),
      mkdtemp(join(tmpdir(), 'ringback-data-')),
      freePort(),
      engine === 'redis' ? RedisServer.start() : undefined,
    ]);
    const world = new World(engine, redis, simulator, database, dataDir, port, options);
    try {
      await world.startService();
      return world;
    } catch (error) {
      // An open simulator would keep the test run from ending.
      await world.stop();
      throw error;
    }
  }

  get api(): Api {
    if (this.currentApi === undefined) throw new Error('the service is not running');
    return this.currentApi;
  }

  get callbackUrl(): string {
    return `http://127.0.0.1:${this.port}/api/webhooks/assemblyai`;
  }

  /** Returns the environment of the service; the test's changes take precedence. */
  env(changes: Record<string, string> = {}): Record<string, string> {
    const webhook: Record<string, string> =
      (this.options.strategy ?? 'webhook') === 'webhook'
        ? { ASSEMBLYAI_WEBHOOK_URL: this.callbackUrl, ASSEMBLYAI_WEBHOOK_SECRET: CALLBACK_SECRET }
        : {};
    return {
      HOST: '127.0.0.1',
      PORT: String(this.port),
      DATABASE_URL: this.database.url,
      ...(this.redis === undefined ? {} : { REDIS_URL: this.redis.url }),
      DATA_DIR: this.dataDir,
      ASSEMBLYAI_API_KEY: 'a-key-of-the-tests',
      ASSEMBLYAI_BASE_URL: this.simulator.url,
      GEMINI_API_KEY: 'a-key-of-the-tests',
      GEMINI_BASE_URL: this.simulator.url,
      ...FAST_ENV,
      ...webhook,
      ...this.ownEnv(),
      ...changes,
    };
  }

  private ownEnv(): Record<string, string> {
    const { env = {} } = this.options;
    return typeof env === 'function' ? env(this.simulator) : env;
  }

  async startService(changes: Record<string, string> = {}): Promise<void> {
    this.service = await startService({
      environment: this.env(changes),
      quiet: true,
      service: this.options.service,
    });
    this.currentApi = new Api(this.service.url ?? '');
  }

  async stopService(): Promise<void> {
    await this.service?.stop();
    this.service = undefined;
  }

  async stop(): Promise<void> {
    await this.stopService();
    await this.simulator.close();
    await this.database.drop();
    await this.redis?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Sends a callback as the provider does. */
  async callback(
    body: unknown,
    options: { submission?: string; secret?: string | null } = {},
  ): Promise<{ status: number; body: unknown }> {
    const query = options.submission === undefined ? '' : `?submission=${options.submission}`;
    const { secret = CALLBACK_SECRET } = options;
    return this.api.post(`/api/webhooks/assemblyai${query}`, body, {
      ...(secret === null ? {} : { 'x-assemblyai-webhook-secret': secret }),
    });
  }
}
