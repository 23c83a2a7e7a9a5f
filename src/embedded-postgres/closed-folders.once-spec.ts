import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import pg from 'pg';
import { reachableBinaries } from './binaries-copy.js';
import { type EmbeddedServer, startEmbeddedServer } from './embedded-server.js';

// Requires root: otherwise the server runs as this user, who can access all folders.
const asRoot = describe.runIf(process.getuid?.() === 0);

/** Allows for several starts of a server on a machine that runs other suites at the same time. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let root: string;
/** Replaces the system folder that all data folders share. */
let outside: string;
let closed: string;
let dataDir: string;
const servers = new Set<EmbeddedServer>();
const lines: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'closed-folders-'));
  await chmod(root, 0o755);
  outside = join(root, 'outside');
  closed = join(root, 'home');
  await mkdir(closed, { mode: 0o700 });
  dataDir = join(closed, 'data');
  lines.length = 0;
});

afterEach(async () => {
  for (const server of servers) await server.stop();
  servers.clear();
  await rm(root, { recursive: true });
});

async function start(folder = dataDir): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ dataDir: folder, outside, log: (line) => lines.push(line) });
  servers.add(server);
  return server;
}

async function query(server: EmbeddedServer, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.connectionString });
  await client.connect();
  try {
    return (await client.query<{ value: unknown }>(sql)).rows.map(({ value }) => value);
  } finally {
    await client.end();
  }
}

const remember = (server: EmbeddedServer): Promise<unknown[]> =>
  query(server, `create table kept as select 'kept' as value`);
const recall = (server: EmbeddedServer): Promise<unknown[]> => query(server, 'select value from kept');

const clustersOutside = async (): Promise<string[]> =>
  (await readdir(outside)).filter((name) => name.startsWith('data-'));

asRoot('a data folder that the user of the server cannot access', () => {
  it('has its database outside, logs the location in one line, and finds it again', async () => {
    const first = await start();
    await remember(first);
    await first.stop();
    const folder = await realpath(join(dataDir, 'postgres'));
    expect(folder.startsWith(`${outside}/data-`)).toBe(true);
    expect(lines.filter((line) => line.includes(`its data is in ${folder}`))).toHaveLength(1);

    expect(await recall(await start())).toEqual(['kept']);
    expect(await clustersOutside()).toHaveLength(1);
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
  });

  it('finds its database again after the data folder was moved', async () => {
    const first = await start();
    await remember(first);
    await first.stop();
    const moved = join(closed, 'moved');
    await rename(dataDir, moved);

    expect(await recall(await start(moved))).toEqual(['kept']);
    expect(await clustersOutside()).toHaveLength(1);
  });

  it('gets its database at the target of the link after a crash before the database was created', async () => {
    await (await start()).stop();
    const folder = await readlink(join(dataDir, 'postgres'));
    await rm(folder, { recursive: true });
    await mkdir(join(dirname(folder), 'postgres.init-killed'));

    await remember(await start());
    expect(await readdir(dirname(folder))).toEqual(['postgres', 'postgres.owner.2']);
    expect(await clustersOutside()).toHaveLength(1);
  });

  it('is not run together with its copy, whose link points to the same database', async () => {
    const first = await start();
    await remember(first);
    const copy = join(closed, 'copy');
    await mkdir(copy);
    await symlink(await readlink(join(dataDir, 'postgres')), join(copy, 'postgres'));

    await expect(start(copy)).rejects.toMatchObject({ code: 'in_use' });
    expect(await recall(first)).toEqual(['kept']);
  });

  it('gets no second database when the first is missing, until the link is removed', async () => {
    await (await start()).stop();
    const link = join(dataDir, 'postgres');
    await rm(dirname(await readlink(link)), { recursive: true });

    await expect(start()).rejects.toMatchObject({ code: 'cluster_gone' });
    await rm(link);
    await remember(await start());
  });

  it('gets no second database when it was closed after the first was created', async () => {
    await chmod(closed, 0o711);
    const first = await start();
    await remember(first);
    await first.stop();
    await chmod(closed, 0o700);

    const refusal = start();
    await expect(refusal).rejects.toMatchObject({ code: 'not_enterable' });
    await expect(refusal).rejects.toThrow(`may not enter ${closed}: let that user pass`);
    await chmod(closed, 0o711);
    expect(await recall(await start())).toEqual(['kept']);
  });

  it('stays closed when it contains other files', async () => {
    await chmod(closed, 0o711);
    await mkdir(dataDir, { mode: 0o700 });
    await writeFile(join(dataDir, 'diary.txt'), 'mine');
    await start();

    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect(await clustersOutside()).toHaveLength(1);
  });

  it('stays closed when the recordings in it are not', async () => {
    await chmod(closed, 0o711);
    await mkdir(join(dataDir, 'audio'), { recursive: true, mode: 0o700 });
    await chmod(join(dataDir, 'audio'), 0o755);
    await start();

    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  });
});

asRoot('a data folder with closed recordings, as the doctor leaves it', () => {
  it('is opened for the user of the server only, and contains its database', async () => {
    await chmod(closed, 0o711);
    await mkdir(join(dataDir, 'audio'), { recursive: true, mode: 0o700 });
    await chmod(dataDir, 0o700);
    await start();

    expect((await stat(dataDir)).mode & 0o777).toBe(0o710);
    expect(await realpath(join(dataDir, 'postgres'))).toBe(join(dataDir, 'postgres'));
  });
});

asRoot('programs in a closed folder', () => {
  it('are run from one copy outside, which is readable for all', async () => {
    const user = { uid: 65_534, gid: 65_534, name: 'nobody', hasName: true };
    const native = join(closed, 'linux', 'native');
    for (const folder of ['bin', 'lib']) await mkdir(join(native, folder), { recursive: true, mode: 0o700 });
    const original = {
      packageName: '@packages/linux',
      postgres: join(native, 'bin', 'postgres'),
      initdb: join(native, 'bin', 'initdb'),
      pgCtl: join(native, 'bin', 'pg_ctl'),
    };
    await writeFile(join(closed, 'linux', 'package.json'), '{"version":"1.2.3"}');
    await writeFile(original.postgres, '', { mode: 0o700 });
    await writeFile(join(native, 'lib', 'libpq.so'), '', { mode: 0o600 });

    const copy = join(outside, 'linux-1.2.3');
    for (const start of ['first', 'second']) {
      const found = await reachableBinaries(original, { outside, user });
      expect([start, found.postgres]).toEqual([start, join(copy, 'bin', 'postgres')]);
    }
    expect(await readdir(outside)).toEqual(['linux-1.2.3']);
    expect((await stat(join(copy, 'bin', 'postgres'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(copy, 'lib', 'libpq.so'))).mode & 0o777).toBe(0o644);
  });
});
