import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { currentEngine } from '../support/engine.js';
import { RedisServer } from '../support/redis-server.js';
import { SHORT_JOB_LOCK_MS } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { CALLBACK_SECRET, type Strategy } from '../support/test-service.js';
import { installHistory } from './history.js';
import { HttpProxy } from './http-proxy.js';
import { PostgresProtocol } from './postgres-protocol.js';
import { IDLE_MS } from './provider-schedule.js';
import { RedisProtocol, ScriptNames } from './redis-protocol.js';
import type { CrashGate } from './crash-gate.js';
import { WINDOW_SECONDS } from './walked-recording.js';
import { WireProxy } from './wire-proxy.js';

/**
 * One check finds the transcript running, the next one finds it done: the provider ends it in
 * between.
 */
const POLL_INTERVAL_MS = IDLE_MS + 900;
/**
 * Later than every deadline of a scenario: the service must recover without these two mechanisms.
 */
const CALLBACK_DEADLINE_MS = 3_600_000;
const RECONCILE_INTERVAL_MS = 86_400_000;
const WEBHOOK_RETRY_DELAY_MS = 300;
/** The provider calls until the service is back, however long that takes on a busy machine. */
const WEBHOOK_MAX_ATTEMPTS = 1_000;
/** Another program may take the port that was chosen for Redis. */
const REDIS_STARTS = 3;

/** All servers that a service uses, with the crash gate between. */
export class ServiceEnvironment {
  private constructor(
    readonly simulator: Simulator,
    readonly redis: RedisServer | undefined,
    readonly database: TestDatabase,
    /** Reads the record without the service's knowledge. */
    readonly record: pg.Client,
    private readonly proxies: Proxies,
    private readonly dataDir: string,
  ) {}

  static async start(crashGate: CrashGate): Promise<ServiceEnvironment> {
    const simulator = await startSimulator({
      webhookRetryDelayMs: WEBHOOK_RETRY_DELAY_MS,
      webhookMaxAttempts: WEBHOOK_MAX_ATTEMPTS,
    });
    const database = await createTestDatabase();
    await installHistory(database.url);
    const redis = currentEngine() === 'redis' ? await startRedis() : undefined;
    const record = new pg.Client({ connectionString: database.url });
    await record.connect();
    const proxies = await startProxies(crashGate, {
      simulatorUrl: simulator.url,
      databaseUrl: database.url,
      redisUrl: redis?.url,
    });
    const dataDir = await mkdtemp(join(tmpdir(), 'ringback-crash-'));
    return new ServiceEnvironment(simulator, redis, database, record, proxies, dataDir);
  }

  /** URL for users and for the provider. */
  get publicUrl(): string {
    return this.proxies.serviceProxy.url;
  }

  /** Sets the actual URL of the service. */
  forwardTo(serviceUrl: string): void {
    this.proxies.serviceProxy.targetUrl = serviceUrl;
  }

  /** Cuts every connection of the service. */
  cut(): void {
    this.proxies.serviceProxy.targetUrl = undefined;
    for (const proxy of allOf(this.proxies)) proxy.cut();
  }

  /** Returns the environment of a service that uses only the proxies. */
  env(strategy: Strategy): Record<string, string> {
    const { serviceProxy, provider, postgresUrl, redisUrl } = this.proxies;
    const webhook: Record<string, string> =
      strategy === 'webhook'
        ? {
            ASSEMBLYAI_WEBHOOK_URL: `${serviceProxy.url}/api/webhooks/assemblyai`,
            ASSEMBLYAI_WEBHOOK_SECRET: CALLBACK_SECRET,
          }
        : {};
    return {
      HOST: '127.0.0.1',
      // The service prints the port that it was assigned.
      PORT: '0',
      DATABASE_URL: postgresUrl,
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
      DATA_DIR: this.dataDir,
      ASSEMBLYAI_API_KEY: 'a-key-of-the-tests',
      ASSEMBLYAI_BASE_URL: provider.url,
      GEMINI_API_KEY: 'a-key-of-the-tests',
      GEMINI_BASE_URL: provider.url,
      POLL_INTERVAL_MS: String(POLL_INTERVAL_MS),
      RETRY_BASE_MS: '20',
      CORRECTION_WINDOW_SECONDS: String(WINDOW_SECONDS),
      // Windows that are corrected at once share statements, now and then.
      CORRECTION_CONCURRENCY: '1',
      JOB_LOCK_MS: SHORT_JOB_LOCK_MS,
      CALLBACK_DEADLINE_MS: String(CALLBACK_DEADLINE_MS),
      RECONCILE_INTERVAL_MS: String(RECONCILE_INTERVAL_MS),
      ...webhook,
    };
  }

  async stop(): Promise<void> {
    await this.simulator.close();
    await Promise.all(allOf(this.proxies).map((proxy) => proxy.close()));
    await this.record.end();
    await this.database.drop();
    await this.redis?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

interface Proxies {
  /** The proxy in front of the service itself. */
  serviceProxy: HttpProxy;
  provider: HttpProxy;
  stores: WireProxy[];
  postgresUrl: string;
  redisUrl: string | undefined;
}

function allOf({ serviceProxy, provider, stores }: Proxies): (HttpProxy | WireProxy)[] {
  return [serviceProxy, provider, ...stores];
}

async function startProxies(
  crashGate: CrashGate,
  targets: { simulatorUrl: string; databaseUrl: string; redisUrl: string | undefined },
): Promise<Proxies> {
  const { simulatorUrl, databaseUrl, redisUrl } = targets;
  const serviceProxy = await HttpProxy.start(
    { name: 'service', weigh: ({ method }) => (method === 'POST' ? 'step' : 'chatter') },
    crashGate,
  );
  const provider = await HttpProxy.start({ name: 'provider', targetUrl: simulatorUrl }, crashGate);
  const postgres = await WireProxy.start(databaseUrl, crashGate, () => new PostgresProtocol());
  const scripts = new ScriptNames();
  const redis =
    redisUrl === undefined
      ? undefined
      : await WireProxy.start(redisUrl, crashGate, () => new RedisProtocol(scripts));
  return {
    serviceProxy,
    provider,
    stores: [postgres, redis].flatMap((started) => (started === undefined ? [] : [started.proxy])),
    postgresUrl: postgres.url,
    redisUrl: redis?.url,
  };
}

async function startRedis(): Promise<RedisServer> {
  for (let start = 1; ; start += 1) {
    try {
      return await RedisServer.start();
    } catch (error) {
      if (start === REDIS_STARTS) throw error;
    }
  }
}
