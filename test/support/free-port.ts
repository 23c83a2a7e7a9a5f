import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections, and to servers that ask for any: one of those may be taken by
 * somebody else between the look and the use.
 */
const FIRST_PORT = 20_000;
/** Each worker of Jest has ports of its own. */
const PORTS_PER_WORKER = 1_500;
const WORKERS = 8;

const worker = (Number(process.env.JEST_WORKER_ID ?? '1') - 1) % WORKERS;
let next = randomInt(PORTS_PER_WORKER);

/** For what must be known before somebody listens on it; otherwise port 0 is better. */
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
