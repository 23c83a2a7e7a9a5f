import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { closing } from '../../commands/closing.js';
import { chooseFreePort } from '../../src/embedded-postgres/ports.js';
import type { ScenarioTools } from '../scenario.js';

const BINARIES = ['redis-server', 'valkey-server'];
/** The options of compose.yaml. */
const AS_IN_PRODUCTION = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
const START_TIMEOUT_MS = 10_000;
const POLL_INTERVAL_MS = 50;

/** Redis is not installed, or does not start. */
class RedisMissingError extends Error {
  override readonly name = 'RedisMissingError';
  readonly code = 'redis_missing';
}

export interface BenchRedis {
  url: string;
  /** A connection for the scenario's own commands. */
  client: Redis;
  pid: number;
}

/**
 * Runs `work` with its own empty Redis or Valkey, which is deleted afterwards.
 *
 * @throws RedisMissingError when there is none on PATH, or it does not answer within 10 s
 */
export async function withRedis<T>(
  tools: ScenarioTools,
  work: (redis: BenchRedis) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-bench-redis-'));
  const port = await chooseFreePort([]);
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  // Also runs when this process is forced to end without waiting.
  const kill = (): void => {
    server?.kill('SIGKILL');
  };
  process.once('exit', kill);
  tools.onForce(kill);
  return closing(
    async () => {
      process.off('exit', kill);
      if (server !== undefined) await end(server);
      await rm(folder, { recursive: true });
    },
    async () => {
      const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...AS_IN_PRODUCTION];
      server = await spawnFirst(BINARIES, options);
      const client = await connectedTo(url, tools.signal);
      return closing(
        () => {
          client.disconnect();
          return Promise.resolve();
        },
        () => work({ url, client, pid: server?.pid ?? 0 }),
      );
    },
  );
}

async function spawnFirst(binaries: readonly string[], options: string[]): Promise<ChildProcess> {
  for (const binary of binaries) {
    // In a process group of its own: a Ctrl-C must not stop it while a service is being stopped in
    // order.
    const child = spawn(binary, options, { stdio: 'ignore', detached: true });
    try {
      await once(child, 'spawn');
      return child;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new RedisMissingError(`there is no ${binaries.join(' or ')} on PATH; install one for this scenario`);
}

async function connectedTo(url: string, signal: AbortSignal): Promise<Redis> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    signal.throwIfAborted();
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    let failure: unknown;
    client.on('error', (error) => {
      failure = error;
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.disconnect();
      if (performance.now() > deadline) {
        const cause = failure ?? error;
        throw new RedisMissingError(`Redis did not answer within ${START_TIMEOUT_MS} ms`, { cause });
      }
      await pause(POLL_INTERVAL_MS);
    }
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  // Its data is not kept.
  server.kill('SIGKILL');
  await exited;
}
