// Starts what all test files share.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ensureChromiumBinary } from './chromium-binary.mjs';
import { ensureRedisBinary } from './redis-binary.mjs';

const SERVER = fileURLToPath(new URL('postgres-process.mjs', import.meta.url));

/** Each project loads this module for itself; they share the server, and the last one stops it. */
const shared = (globalThis.ringbackTestServer ??= { users: 0 });

/** @returns stops the server when no project uses it any more */
export default async function globalSetup() {
  shared.users += 1;
  shared.server ??= startServer();
  const server = await shared.server;
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    server.stdin.end();
    await once(server, 'exit');
  };
}

async function startServer() {
  process.env.RINGBACK_TEST_REDIS_BINARY = ensureRedisBinary();
  process.env.RINGBACK_TEST_CHROMIUM_BINARY = ensureChromiumBinary();
  const server = spawn(process.execPath, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`PostgreSQL for the tests did not start (exit code ${code})`);
  });
  const ready = once(server.stdout.setEncoding('utf8'), 'data');
  const [url] = await Promise.race([ready, ended]);
  ended.catch(() => undefined);
  process.env.RINGBACK_TEST_POSTGRES = url.trim();
  return server;
}
