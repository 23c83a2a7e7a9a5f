import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import pg from 'pg';
import { type EmbeddedServer, type EmbeddedServerOptions, startEmbeddedServer } from './embedded-server.js';
import { inspectProcess } from './process-facts.js';
import { killOwner, launchOwner, reportOf, stopOwner, up, writeOwner } from './testing/owner-process.js';

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = { uid: 65_534, gid: 65_534 };
/** User id without a line in any /etc/passwd. */
const NAMELESS = { uid: 54_321, gid: 54_321 };

/** Allows for several starts of a server on a machine that runs other suites at the same time. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let program: string;
/** Data folder of a stopped server; copying it is much faster than creating one. */
let template: string;
let root: string;
let dataDir: string;
/** Replaces the system folder that all data folders share. */
let outside: string;
const children = new Set<ChildProcess>();
const servers = new Set<EmbeddedServer>();
const listeners = new Set<Server>();

beforeAll(async () => {
  program = await writeOwner();
  template = await mkdtemp(join(tmpdir(), 'embedded-server-'));
  const server = await startEmbeddedServer({ dataDir: template, log: () => undefined });
  await server.stop();
});

afterAll(async () => {
  await rm(program, { recursive: true, force: true });
  await rm(template, { recursive: true, force: true });
});

/** Copies the template, which saves about a second in tests that are not about the first start. */
async function copyDatabase(): Promise<void> {
  // -a keeps owners, which fs.cp does not.
  await promisify(execFile)('cp', ['-a', template, dataDir]);
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'embedded-server-'));
  dataDir = join(root, 'data');
  outside = join(root, 'outside');
  // mkdtemp closes its folder to other users, but the server's user needs access when the test runs
  // as root.
  await chmod(root, 0o755);
});

afterEach(async () => {
  for (const listener of listeners) listener.close();
  listeners.clear();
  for (const server of servers) await server.stop();
  servers.clear();
  for (const child of children) await killOwner(child);
  children.clear();
  const left = await postmasterPid();
  if (left !== null) await killPid(left);
  // Retries: the last processes of a killed server may still be writing.
  await rm(root, { recursive: true, force: true, maxRetries: 20 });
});

function launch(
  options: Partial<EmbeddedServerOptions> = {},
  as: { uid?: number; gid?: number } = {},
): ChildProcess {
  const owner = launchOwner(program, { dataDir, outside, ...options }, as);
  children.add(owner);
  return owner;
}

async function killPid(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await eventually(async () => !(await inspectProcess(pid)).alive);
}

async function start(options: Partial<EmbeddedServerOptions> = {}): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ dataDir, outside, log: () => undefined, ...options });
  servers.add(server);
  return server;
}

async function postmasterPid(): Promise<number | null> {
  try {
    const pid = Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
    return (await inspectProcess(pid)).alive ? pid : null;
  } catch {
    return null;
  }
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not become true within 20 seconds');
    await sleep(5);
  }
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ value: unknown }>(sql);
    return rows.map(({ value }) => value);
  } finally {
    await client.end();
  }
}

async function remember(connectionString: string, value: string): Promise<void> {
  await query(connectionString, `create table kept as select '${value}' as value`);
}

const recall = (connectionString: string): Promise<unknown[]> =>
  query(connectionString, 'select value from kept');

describe('starting and stopping', () => {
  it('keeps the data and the port across a stop and a start, and runs no server in between', async () => {
    const first = await start();
    await remember(first.connectionString, 'kept');
    await first.stop();
    expect(await postmasterPid()).toBeNull();
    const second = await start();
    expect(second).toMatchObject({ port: first.port, reused: false });
    expect(await recall(second.connectionString)).toEqual(['kept']);
  });

  it('runs with fixed settings: fsync, loopback only, UTF-8, UTC', async () => {
    await copyDatabase();
    const { connectionString } = await start({ maxConnections: 30 });
    const names = [
      'fsync',
      'listen_addresses',
      'max_connections',
      'server_encoding',
      'TimeZone',
      'unix_socket_directories',
    ];
    const values = await query(
      connectionString,
      `select current_setting(name) as value from unnest('{${names.join()}}'::text[]) as name`,
    );
    expect(values).toEqual(['on', '127.0.0.1', '30', 'UTF8', 'UTC', '']);
  });

  it('refuses a wrong password', async () => {
    await copyDatabase();
    const { connectionString } = await start();
    const wrong = connectionString.replace(/:[^:@]+@/, ':guessed@');
    await expect(query(wrong, 'select 1 as value')).rejects.toMatchObject({ code: '28P01' });
  });

  it('logs no statement and no value when a query fails', async () => {
    await copyDatabase();
    const { connectionString } = await start();
    await expect(query(connectionString, `select 'my secret'::uuid as value`)).rejects.toThrow('my secret');
    expect(await readFile(join(dataDir, 'postgres', 'server.log'), 'utf8')).not.toContain('my secret');
  });

  it('passes neither settings nor secrets of the environment to the server', async () => {
    await copyDatabase();
    const { connectionString } = await up(launch());
    await query(connectionString, 'create table environment (value text)');
    await query(connectionString, `copy environment from program 'env'`);
    const environment = await query(connectionString, 'select value from environment');
    expect(environment).toContain('TZ=UTC');
    expect(environment.join()).not.toContain('intruder');
  });

  it('uses the preferred port, or another port when it is taken', async () => {
    await copyDatabase();
    const wanted = await takePort();
    const moved = await start({ preferredPort: wanted.port });
    expect(moved.port).not.toBe(wanted.port);
    await moved.stop();
    await wanted.free();
    expect((await start({ preferredPort: wanted.port })).port).toBe(wanted.port);
  });

  it('uses another port when the port of the last run has been taken', async () => {
    await copyDatabase();
    const first = await start();
    await remember(first.connectionString, 'kept');
    await first.stop();
    const taken = await takePort(first.port);
    const second = await start();
    await taken.free();
    expect(second.port).not.toBe(first.port);
    expect(await recall(second.connectionString)).toEqual(['kept']);
  });
});

async function takePort(port = 0): Promise<{ port: number; free: () => Promise<void> }> {
  const listener = createServer().listen(port, '127.0.0.1');
  listeners.add(listener);
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    free: async () => {
      listener.close();
      await once(listener, 'close');
    },
  };
}

describe('after a crash', () => {
  it('reuses the server of a killed owner, and stops it in the end', async () => {
    await copyDatabase();
    const owner = launch();
    const before = await up(owner);
    await remember(before.connectionString, 'kept');
    const pid = await postmasterPid();
    await killOwner(owner);
    const server = await start();
    expect(server).toMatchObject({
      port: before.port,
      reused: true,
      connectionString: before.connectionString,
    });
    expect(await postmasterPid()).toBe(pid);
    expect(await recall(server.connectionString)).toEqual(['kept']);
    await server.stop();
    expect(await postmasterPid()).toBeNull();
  });

  it('replaces the server of a killed owner when it allows too few connections', async () => {
    await copyDatabase();
    const owner = launch({ maxConnections: 20 });
    await up(owner);
    await killOwner(owner);
    const server = await start({ maxConnections: 40 });
    expect(server.reused).toBe(false);
    const setting = `select current_setting('max_connections') as value`;
    expect(await query(server.connectionString, setting)).toEqual(['40']);
  });

  it('recovers when owner and server were killed', async () => {
    await copyDatabase();
    const owner = launch();
    await remember((await up(owner)).connectionString, 'kept');
    await killOwner(owner);
    await killPid((await postmasterPid()) ?? 0);
    const server = await start();
    expect(server.reused).toBe(false);
    expect(await recall(server.connectionString)).toEqual(['kept']);
  });

  it('recovers when the process id of the killed server belongs to another process', async () => {
    await copyDatabase();
    const { uid, gid } = await stat(join(dataDir, 'postgres'));
    const stranger = spawn('sleep', ['60'], IS_ROOT ? { uid, gid } : {});
    children.add(stranger);
    const lines = [stranger.pid, dataDir, 1, 1, '', '127.0.0.1', ' 1 1', 'ready'];
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), lines.join('\n'));
    expect((await start()).reused).toBe(false);
  });

  it('restarts a server on its port when it was killed while its owner runs', async () => {
    await copyDatabase();
    const server = await start();
    await remember(server.connectionString, 'kept');
    const killed = (await postmasterPid()) ?? 0;
    await killPid(killed);
    await eventually(async () => (await postmasterPid()) !== null);
    await eventually(() =>
      recall(server.connectionString).then(
        () => true,
        () => false,
      ),
    );
    expect(await recall(server.connectionString)).toEqual(['kept']);
    expect(await postmasterPid()).not.toBe(killed);
  });

  it('creates the database again when the owner was killed while creating it', async () => {
    const owner = launch();
    const isUnfinished = async (): Promise<boolean> => (await stagingFolders()).length > 0;
    await eventually(isUnfinished);
    await killOwner(owner);
    expect(await isUnfinished()).toBe(true);
    const server = await start();
    await remember(server.connectionString, 'kept');
    expect(await stagingFolders()).toEqual([]);
  });
});

async function stagingFolders(): Promise<string[]> {
  try {
    return (await readdir(dataDir)).filter((name) => name.startsWith('postgres.init-'));
  } catch {
    return [];
  }
}

describe('a folder that is in use', () => {
  it('refuses a second owner, naming the pid of the first, whose server keeps running', async () => {
    await copyDatabase();
    const first = launch();
    const { connectionString } = await up(first);
    const { refused } = await reportOf(launch());
    expect(refused).toMatchObject({ code: 'in_use' });
    expect(refused?.message).toContain(`pid ${first.pid ?? 'unknown'}`);
    await remember(connectionString, 'still there');
    await stopOwner(first);
    expect((await start()).reused).toBe(false);
  });

  it('has exactly one owner when three start at once after a crash', async () => {
    await copyDatabase();
    const crashed = launch();
    await up(crashed);
    await killOwner(crashed);
    const reports = await Promise.all([launch(), launch(), launch()].map(reportOf));
    expect(reports.filter(({ up }) => up?.reused === true)).toHaveLength(1);
    expect(reports.filter(({ refused }) => refused?.code === 'in_use')).toHaveLength(2);
  });
});

// Requires root: otherwise all tests above have run as a normal user, who cannot switch users.
const asRoot = describe.runIf(IS_ROOT);

asRoot('as root', () => {
  it('runs the server as another user, with access to a closed data folder that contains only its files', async () => {
    dataDir = await mkdtemp(join(root, 'closed-'));
    await start();
    expect((await stat(join(dataDir, 'postgres'))).uid).not.toBe(0);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o710);
  });

  it('leaves a folder with which its owner, a normal user, can start a server afterwards', async () => {
    await mkdir(dataDir);
    await chown(dataDir, NOBODY.uid, NOBODY.gid);
    const server = await start();
    await remember(server.connectionString, 'kept');
    await server.stop();
    const owner = launch({}, NOBODY);
    const { connectionString } = await up(owner);
    expect(await recall(connectionString)).toEqual(['kept']);
    await stopOwner(owner);
  });

  it('lets a normal user create, start and reuse a database as well', async () => {
    await mkdir(dataDir);
    await chown(dataDir, NOBODY.uid, NOBODY.gid);
    const first = launch({}, NOBODY);
    await remember((await up(first)).connectionString, 'kept');
    await killOwner(first);
    const second = launch({}, NOBODY);
    const { connectionString, reused } = await up(second);
    expect(reused).toBe(true);
    expect(await recall(connectionString)).toEqual(['kept']);
    await stopOwner(second);
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(NOBODY.uid);
  });

  it('lets a user id without a name create and start a database as well, and leaves no copy of programs', async () => {
    await mkdir(dataDir, { mode: 0o700 });
    await chown(dataDir, NAMELESS.uid, NAMELESS.gid);
    const first = launch({}, NAMELESS);
    await remember((await up(first)).connectionString, 'kept');
    await stopOwner(first);
    const second = launch({}, NAMELESS);
    expect(await recall((await up(second)).connectionString)).toEqual(['kept']);
    expect(await readdir(dataDir)).toEqual(['postgres', 'postgres.owner.2']);
    await stopOwner(second);
  });
});
