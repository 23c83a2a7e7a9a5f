// Starts the PostgreSQL server that all test files share, with a migrated template database to
// clone. It runs outside of Jest's module system, so it uses the build that `pretest` has created.
import { mkdtemp } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { openDatabase } from '../../dist/src/database/database.js';
import { startEmbeddedServer } from '../../dist/src/embedded-postgres/embedded-server.js';
import { migrateToLatest } from '../../dist/src/database/migrate.js';
import globalTeardown from './global-teardown.mjs';
import { ensureRedisBinary } from './redis-binary.mjs';

/**
 * Several Jest workers with a few services each, every service with a pool for each queue and
 * worker.
 */
const MAX_CONNECTIONS = 1_800;

export default async function globalSetup() {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-test-'));
  const server = await startEmbeddedServer({
    dataDir: folder,
    maxConnections: MAX_CONNECTIONS,
    log: () => {},
  });
  const admin = new pg.Client({ connectionString: server.connectionString });
  await admin.connect();
  await admin.query('create database ringback_template');
  await admin.end();
  const template = new URL(server.connectionString);
  template.pathname = '/ringback_template';
  const { database } = openDatabase(template.href, () => {});
  await migrateToLatest(database);
  await database.destroy();
  const client = new pg.Client({ connectionString: template.href });
  await client.connect();
  await runMigrations(client);
  await client.end();
  process.env.RINGBACK_TEST_REDIS_BINARY = ensureRedisBinary();
  process.env.RINGBACK_TEST_POSTGRES = server.connectionString;
  globalThis.ringbackTestServer = { server, folder };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => stopEarly(signal));
}

/**
 * Stops the server at a signal: Jest then ends without its teardown, and the server, which has its
 * own session, would keep running.
 */
async function stopEarly(signal) {
  await globalTeardown();
  // The exit code of a shell for a program that a signal ended.
  process.exit(128 + constants.signals[signal]);
}
