// Runs the PostgreSQL server that all test files share, with a migrated template database to clone.
// Prints its URL when it is ready, and stops when its input ends: with Vitest, however that ends. A
// signal ends Vitest without its teardown. Uses the build, which `pretest` has just made.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { openDatabase } from '../../dist/src/database/database.js';
import { startEmbeddedServer } from '../../dist/src/embedded-postgres/embedded-server.js';
import { migrateToLatest } from '../../dist/src/database/migrate.js';

/** Workers with a few services each, every one with a pool for each queue and worker. */
const MAX_CONNECTIONS = 1_800;

const folder = await mkdtemp(join(tmpdir(), 'ringback-test-'));
const starting = startEmbeddedServer({ dataDir: folder, maxConnections: MAX_CONNECTIONS, log: () => {} });
process.stdin.on('end', stop).resume();
// Signals to the whole group are for Vitest, whose end is waited for.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});

async function stop() {
  const server = await starting;
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  process.exit(0);
}

const { connectionString } = await starting;
const admin = new pg.Client({ connectionString });
await admin.connect();
// A crash of this server loses nothing that a test wants; tests of durability have their own.
for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
  await admin.query(`alter system set ${setting} = off`);
}
await admin.query('select pg_reload_conf()');
await admin.query('create database ringback_template');
await admin.end();
const template = new URL(connectionString);
template.pathname = '/ringback_template';
const { database } = openDatabase(template.href, () => {});
await migrateToLatest(database);
await database.destroy();
const client = new pg.Client({ connectionString: template.href });
await client.connect();
await runMigrations(client);
await client.end();
process.stdout.write(`${connectionString}\n`);
