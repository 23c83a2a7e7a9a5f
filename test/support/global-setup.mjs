// Starts the PostgreSQL server that all test files share, with a migrated template database to
// clone. It uses the build, which `pretest` has just made.
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { openDatabase } from '../../dist/src/database/database.js';
import { startEmbeddedServer } from '../../dist/src/embedded-postgres/embedded-server.js';
import { migrateToLatest } from '../../dist/src/database/migrate.js';
import { ensureRedisBinary } from './redis-binary.mjs';

/** Workers with a few services each, every one with a pool for each queue and worker. */
const MAX_CONNECTIONS = 1_800;

/** Each project loads this module for itself; they share the server, and the last one stops it. */
const shared = (globalThis.ringbackTestServer ??= { users: 0 });

/** @returns stops the server when no project uses it any more */
export default async function globalSetup() {
  shared.users += 1;
  shared.stop ??= startServer();
  await shared.stop;
  return async () => {
    shared.users -= 1;
    if (shared.users === 0) await stopServer();
  };
}

async function startServer() {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-test-'));
  const server = await startEmbeddedServer({
    dataDir: folder,
    maxConnections: MAX_CONNECTIONS,
    log: () => {},
  });
  const admin = new pg.Client({ connectionString: server.connectionString });
  await admin.connect();
  // A crash of this server loses nothing that a test wants; tests of durability have servers of
  // their own.
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    await admin.query(`alter system set ${setting} = off`);
  }
  await admin.query('select pg_reload_conf()');
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
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => stopEarly(signal));
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

async function stopServer() {
  const stop = await shared.stop;
  await stop();
}

/**
 * A signal ends Vitest without its teardown; the server has a session of its own, and would stay.
 */
async function stopEarly(signal) {
  await stopServer();
  // As a shell tells that a signal ended it.
  process.exit(128 + constants.signals[signal]);
}
