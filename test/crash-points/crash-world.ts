import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { Api } from '../support/api.js';
import { currentEngine } from '../support/engine.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { CALLBACK_SECRET, type Strategy } from '../support/test-service.js';
import { HttpProxy } from './http-proxy.js';
import { installHistory } from './history.js';
import { JobSearch } from './job-search.js';
import { PostgresDialect } from './postgres-dialect.js';
import { ProviderHand, REST_MS } from './provider-hand.js';
import { RedisDialect, ScriptNames } from './redis-dialect.js';
import { Turns } from './turns.js';
import { Turnstile, type CrashPoint } from './turnstile.js';
import { WireProxy } from './wire-proxy.js';

/** A look finds the transcript running, the next one finds it done: the provider ends it between them. */
const POLL_INTERVAL_MS = REST_MS + 900;
/** Nothing on the path takes as long as these two: what they would mend must be mended without them. */
const CALLBACK_DEADLINE_MS = 3_600_000;
const RECONCILE_INTERVAL_MS = 86_400_000;
const WEBHOOK_RETRY_DELAY_MS = 300;
/** The provider calls until the service is back, however long that takes on a busy machine. */
const WEBHOOK_MAX_ATTEMPTS = 1_000;
const LOOK_AGAIN_MS = 50;

/** A start is a second of work; more of them at once than there are processors would only hold each other up. */
const STARTS = new Turns(availableParallelism());

/**
 * A service as a process of its own, and all that it talks to, with the turnstile between them. When the process is killed at
 * the turnstile, another one is started in its place.
 */
export class CrashWorld {
  readonly turnstile: Turnstile;
  /** As its users and the provider reach the service. */
  readonly api: Api;
  readonly jobs: JobSearch;
  crashes = 0;
  /** When the last one was; of the steady clock. */
  crashedAt = 0;
  private process: ServiceProcess | undefined;
  private restart: Promise<void> = Promise.resolve();

  private constructor(
    readonly strategy: Strategy,
    readonly simulator: Simulator,
    readonly redis: RedisServer | undefined,
    /** Reads the record behind the service's back. */
    readonly record: pg.Client,
    private readonly parts: Parts,
  ) {
    this.turnstile = parts.turnstile;
    this.api = new Api(parts.door.url);
    this.jobs = new JobSearch(parts.database.url, redis?.url);
  }

  static async start(strategy: Strategy): Promise<CrashWorld> {
    const simulator = await startSimulator({
      webhookRetryDelayMs: WEBHOOK_RETRY_DELAY_MS,
      webhookMaxAttempts: WEBHOOK_MAX_ATTEMPTS,
    });
    const database = await createTestDatabase();
    await installHistory(database.url);
    const redis = currentEngine() === 'redis' ? await RedisServer.start() : undefined;
    const record = new pg.Client({ connectionString: database.url });
    await record.connect();
    const parts = await assemble({ strategy, simulator, database, redis });
    const world = new CrashWorld(strategy, simulator, redis, record, parts);
    try {
      await world.startProcess();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** Begins to name the steps of a path, and kills the process at `point`. */
  beginPath(point?: CrashPoint): void {
    this.turnstile.begin(
      point && {
        point,
        kill: () => {
          this.kill();
        },
      },
    );
  }

  /** Waits until nothing but chatter has passed for a while: shorter than what the provider takes for a rest. */
  async comeToRest(): Promise<void> {
    while (this.turnstile.quietMs < REST_MS / 2) await pause(LOOK_AGAIN_MS);
  }

  /** Waits until the process that follows the killed one is there. */
  async restarted(): Promise<void> {
    await this.restart;
  }

  /** What the processes have said. */
  get output(): string {
    return this.process?.output ?? '';
  }

  async stop(): Promise<void> {
    await this.restart.catch(() => undefined);
    await this.process?.stop('SIGKILL');
    const { hand, door, provider, stores, database, dataDir } = this.parts;
    await this.simulator.close();
    await hand.stop();
    await Promise.all([door, provider, ...stores].map((proxy) => proxy.close()));
    await this.jobs.close();
    await this.record.end();
    await database.drop();
    await this.redis?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }

  /** Nothing that was under way gets further: the process is dead before the turnstile returns. */
  private kill(): void {
    const { process: victim } = this;
    if (victim === undefined) throw new Error('there is no process to kill');
    process.kill(victim.pid, 'SIGKILL');
    const { door, provider, stores } = this.parts;
    for (const proxy of [door, provider, ...stores]) proxy.cut();
    this.crashes += 1;
    this.crashedAt = performance.now();
    this.restart = victim.ended().then(() => this.startProcess());
    // Whoever waits for it hears of a failure; until then it is not unheard.
    this.restart.catch(() => undefined);
  }

  private async startProcess(): Promise<void> {
    await STARTS.take(async () => {
      this.process = ServiceProcess.spawn(this.parts.env);
      await this.process.ready();
    });
  }
}

interface Parts {
  turnstile: Turnstile;
  door: HttpProxy;
  provider: HttpProxy;
  stores: WireProxy[];
  hand: ProviderHand;
  database: TestDatabase;
  dataDir: string;
  env: Record<string, string>;
}

async function assemble(world: {
  strategy: Strategy;
  simulator: Simulator;
  database: TestDatabase;
  redis: RedisServer | undefined;
}): Promise<Parts> {
  const { strategy, simulator, database, redis } = world;
  const turnstile = new Turnstile();
  const port = await freePort();
  const door = await HttpProxy.start(
    {
      name: 'service',
      targetUrl: `http://127.0.0.1:${port}`,
      weigh: ({ method }) => (method === 'POST' ? 'step' : 'chatter'),
    },
    turnstile,
  );
  const provider = await HttpProxy.start({ name: 'provider', targetUrl: simulator.url }, turnstile);
  const postgres = await WireProxy.start(database.url, turnstile, () => new PostgresDialect());
  const scripts = new ScriptNames();
  const redisProxy =
    redis && (await WireProxy.start(redis.url, turnstile, () => new RedisDialect(scripts)));
  const dataDir = await mkdtemp(join(tmpdir(), 'ringback-crash-'));
  const webhook: Record<string, string> =
    strategy === 'webhook'
      ? {
          ASSEMBLYAI_WEBHOOK_URL: `${door.url}/api/webhooks/assemblyai`,
          ASSEMBLYAI_WEBHOOK_SECRET: CALLBACK_SECRET,
        }
      : {};
  return {
    turnstile,
    door,
    provider,
    stores: [postgres.proxy, ...(redisProxy ? [redisProxy.proxy] : [])],
    hand: new ProviderHand(simulator, turnstile, strategy),
    database,
    dataDir,
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: postgres.url,
      ...(redisProxy && { REDIS_URL: redisProxy.url }),
      DATA_DIR: dataDir,
      ASSEMBLYAI_API_KEY: 'a-key-of-the-tests',
      ASSEMBLYAI_BASE_URL: provider.url,
      GEMINI_API_KEY: 'a-key-of-the-tests',
      GEMINI_BASE_URL: provider.url,
      POLL_INTERVAL_MS: String(POLL_INTERVAL_MS),
      RETRY_BASE_MS: '20',
      CALLBACK_DEADLINE_MS: String(CALLBACK_DEADLINE_MS),
      RECONCILE_INTERVAL_MS: String(RECONCILE_INTERVAL_MS),
      ...webhook,
    },
  };
}
