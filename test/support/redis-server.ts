import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { waitUntil } from './wait-until.js';

/** A separate Redis for a test, with an append-only file; it can be stopped and wiped. */
export class RedisServer {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: Record<string, string>,
  ) {}

  /** @param settings of redis.conf, in addition to an append-only file and no limits */
  static async start(settings: Record<string, string> = {}): Promise<RedisServer> {
    const server = await RedisServer.prepare(settings);
    await server.resume();
    return server;
  }

  /** Chooses its port without starting it. */
  static async prepare(settings: Record<string, string> = {}): Promise<RedisServer> {
    return new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'ringback-redis-')), settings);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it with the content of its append-only file. */
  async resume(): Promise<void> {
    const binary = process.env.RINGBACK_TEST_REDIS_BINARY;
    if (binary === undefined) throw new Error('the global setup has not searched a Redis');
    const options = Object.entries({
      bind: '127.0.0.1',
      port: String(this.port),
      dir: this.folder,
      save: '',
      appendonly: 'yes',
      'maxmemory-policy': 'noeviction',
      ...this.settings,
    }).flatMap(([name, value]) => [`--${name}`, value]);
    this.process = spawn(binary, options, { stdio: 'ignore' });
    await waitUntil(
      () => this.isUp(),
      (up) => up,
    );
  }

  /** @param signal SIGTERM shuts it down; SIGKILL simulates a crash; SIGSTOP freezes it */
  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    if (signal !== 'SIGSTOP') await exited;
  }

  /** Starts it empty: its files are lost. */
  async resumeEmpty(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder);
    await this.resume();
  }

  /** Continues it after SIGSTOP. */
  thaw(): void {
    this.process?.kill('SIGCONT');
  }

  async wipe(): Promise<void> {
    await this.use(async (redis) => {
      await redis.flushall();
    });
  }

  /** Runs commands of the test itself. */
  async use<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { lazyConnect: true });
    await redis.connect();
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async isUp(): Promise<boolean> {
    const redis = new Redis(this.url, {
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
    // When the server does not listen, the event duplicates the rejection below.
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.ping();
      return true;
    } catch (error) {
      if (error instanceof Error) return false;
      throw error;
    } finally {
      redis.disconnect();
    }
  }
}
