import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems assign to outgoing connections, and to servers that request any
 * port: another program could take one of those between the check and the use.
 */
const FIRST_PORT = 20_000;
/** Each worker has its own ports. */
const PORTS_PER_WORKER = 1_500;
const WORKERS = 8;

const worker = (Number(process.env.VITEST_POOL_ID ?? '1') - 1) % WORKERS;
let next = randomInt(PORTS_PER_WORKER);

/**
 * Returns a port for addresses that must be known before a server listens; otherwise port 0 is
 * better.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS_PER_WORKER; tries += 1) {
    next = (next + 1) % PORTS_PER_WORKER;
    const port = FIRST_PORT + worker * PORTS_PER_WORKER + next;
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen(port, '127.0.0.1');
    await listening;
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    // Also when it never listened: its callback is called either way.
    await new Promise((resolve) => server.close(resolve));
  }
}
