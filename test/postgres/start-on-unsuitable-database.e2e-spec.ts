import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAppConfig } from '../../src/config/create-app-config.js';
import { databaseChecks } from '../../src/doctor/database-checks.js';
import { startService } from '../../src/app/start.js';
import { query } from '../support/record.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Much shorter than the time for which a start waits for an unreachable database. */
const PROMPT_MS = 20_000;

describe('a start on an unsuitable database', () => {
  const name = `will_not_do_${randomUUID().slice(0, 8)}`;
  const server = process.env.RINGBACK_TEST_POSTGRES ?? '';
  let database: TestDatabase;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ringback-data-'));
    database = await createTestDatabase({ migrated: false });
    await query(server, `create role ${name} login password 'of-the-tests'`);
    await query(server, `create database ${name} encoding 'LATIN1' locale 'C' template template0`);
  });
  afterAll(async () => {
    await database.drop();
    await query(server, `drop database ${name} with (force)`);
    await query(server, `drop role ${name}`);
    await rm(dataDir, { recursive: true, force: true });
  });

  const examine = (databaseUrl: string) => {
    const [check] = databaseChecks(
      createAppConfig({ DATABASE_URL: databaseUrl, ASSEMBLYAI_API_KEY: 'of-the-tests' }),
    );
    return check?.run();
  };

  const start = (databaseUrl: string) =>
    startService({
      environment: {
        PORT: '0',
        DATA_DIR: dataDir,
        ASSEMBLYAI_API_KEY: 'of-the-tests',
        DATABASE_URL: databaseUrl,
      },
      quiet: true,
    });

  function urlWith(
    changes: Partial<Record<'username' | 'password' | 'pathname' | 'search', string>>,
  ): string {
    return Object.assign(new URL(database.url), changes).href;
  }

  it('names each missing privilege of the user, and works when they are granted', async () => {
    const url = urlWith({ username: name, password: 'of-the-tests' });

    await expect(start(url)).rejects.toThrow(`run GRANT CREATE, USAGE ON SCHEMA public TO ${name}`);
    expect(await examine(url)).toMatchObject({
      state: 'failed',
      advice: `run GRANT CREATE, USAGE ON SCHEMA public TO ${name}`,
    });
    await query(database.url, `grant create, usage on schema public to ${name}`);
    const { pathname } = new URL(url);
    await expect(start(url)).rejects.toThrow(`run GRANT CREATE ON DATABASE ${pathname.slice(1)} TO ${name}`);
    await query(database.url, `grant create on database ${pathname.slice(1)} to ${name}`);
    await (await start(url)).stop();
  });

  it(
    'explains how to create one with the right encoding',
    async () => {
      await expect(start(urlWith({ pathname: `/${name}` }))).rejects.toThrow(
        /encoding LATIN1.*CREATE DATABASE <name> ENCODING 'UTF8' TEMPLATE template0/,
      );
      expect(await examine(urlWith({ pathname: `/${name}` }))).toMatchObject({
        state: 'failed',
        detail: expect.stringContaining('LATIN1') as unknown,
      });
    },
    PROMPT_MS,
  );

  it.each([
    [
      'a wrong password',
      { password: 'wrong' },
      /password authentication failed.*correct its user and password/,
    ],
    [
      'a database that does not exist',
      { pathname: '/not_there' },
      /"not_there" does not exist.*CREATE DATABASE/,
    ],
    ['TLS that the server does not support', { search: '?sslmode=verify-full' }, /leave sslmode out/],
  ])(
    'says what to correct for %s',
    async (_what, changes, message) => {
      await expect(start(urlWith(changes))).rejects.toThrow(message);
    },
    PROMPT_MS,
  );
});
