import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBinaries } from './binaries.js';
import { EmbeddedPostgresError, startEmbeddedServer } from './embedded-server.js';
import { takeFolderLock } from './folder-lock.js';
import { chooseServerUser } from './os-user.js';

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = { uid: 65_534, gid: 65_534 };

// Requires root: otherwise no other user can run the server.
const itAsRoot = it.runIf(IS_ROOT);

let root: string;
let dataDir: string;
let cluster: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'embedded-refusals-'));
  await chmod(root, 0o755);
  dataDir = join(root, 'data');
  cluster = join(dataDir, 'postgres');
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/**
 * Returns the error of a start. Each refusal precedes the start of a server, so there is none to
 * stop.
 */
async function refusal(folder = dataDir, options: { outside?: string } = {}): Promise<EmbeddedPostgresError> {
  try {
    await startEmbeddedServer({ dataDir: folder, log: () => undefined, ...options });
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) return error;
    throw error;
  }
  throw new Error('it started');
}

/** Writes files to the cluster's folder, which belongs to the server's user like a real one. */
async function leaveInCluster(files: Record<string, string>): Promise<void> {
  await mkdir(cluster, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(cluster, name), text);
  if (IS_ROOT) await chown(cluster, NOBODY.uid, NOBODY.gid);
}

describe('startEmbeddedServer', () => {
  it.each([
    ['is a file', ''],
    ['lies below a file', 'data'],
  ])('reports in one line that the data folder %s', async (_case, below) => {
    await writeFile(join(root, 'file'), '');
    const error = await refusal(join(root, 'file', below));
    expect(error.code).toBe('folder_unusable');
    expect(error.message).toMatch(/^The data folder .*DATA_DIR[^\n]*$/);
  });

  it('leaves a folder with other files alone', async () => {
    await leaveInCluster({ 'thesis.txt': 'mine' });
    expect((await refusal()).code).toBe('not_a_cluster');
    expect(await readdir(cluster)).toEqual(['thesis.txt']);
  });

  it('refuses a database without its password file as a foreign one', async () => {
    await leaveInCluster({ PG_VERSION: '18\n' });
    expect((await refusal()).code).toBe('not_a_cluster');
    expect(await readdir(cluster)).toEqual(['PG_VERSION']);
  });

  it('does not touch a database of another major version, and names both', async () => {
    await leaveInCluster({ PG_VERSION: '17\n', 'ringback-password': 'secret' });
    const error = await refusal();
    expect(error.code).toBe('other_version');
    expect(error.message).toMatch(/PostgreSQL 17.*PostgreSQL 18/);
    expect(await readFile(join(cluster, 'PG_VERSION'), 'utf8')).toBe('17\n');
  });

  it('releases the folder after a refusal', async () => {
    await leaveInCluster({ 'thesis.txt': 'mine' });
    await refusal();
    const lock = await takeFolderLock(dataDir);
    await lock.release();
  });

  itAsRoot('names the folder that the server cannot enter when root cannot create one outside', async () => {
    const closed = await mkdtemp(join(root, 'home-'));
    await writeFile(join(root, 'file'), '');
    const error = await refusal(join(closed, 'data'), { outside: join(root, 'file', 'below') });
    expect(error.code).toBe('not_enterable');
    expect(error.message).toContain(`may not enter ${closed}:`);
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
  });

  itAsRoot('refuses a database that belongs to root, as PostgreSQL does not run as root', async () => {
    await leaveInCluster({ PG_VERSION: '18\n', 'ringback-password': 'secret' });
    await chown(cluster, 0, 0);
    expect((await refusal()).code).toBe('foreign_owner');
  });
});

describe('findBinaries', () => {
  it('names the platform that has no binaries, and the remedy', async () => {
    const finding = findBinaries('freebsd-x64');
    await expect(finding).rejects.toMatchObject({ code: 'unsupported_platform' });
    await expect(finding).rejects.toThrow(/freebsd-x64.*DATABASE_URL/);
  });

  it('says what to run when the package for this platform is not installed', async () => {
    const other = process.platform === 'win32' ? 'linux-x64' : 'win32-x64';
    const finding = findBinaries(other);
    await expect(finding).rejects.toMatchObject({ code: 'binaries_missing' });
    await expect(finding).rejects.toThrow(/npm ci.*DATABASE_URL/);
  });
});

describe('chooseServerUser as root', () => {
  const users = {
    root: 'root:x:0:0:root:/root:/bin/bash',
    nobody: 'nobody:x:65534:65533:nobody:/:/usr/sbin/nologin',
    postgres: 'postgres:x:70:71::/var/lib/postgresql:/bin/sh',
    anna: 'anna:x:1000:1001::/home/anna:/bin/bash',
  };
  const choose = async (...names: (keyof typeof users)[]): Promise<string | undefined> => {
    const passwd = join(root, 'passwd');
    await writeFile(passwd, names.map((name) => `${users[name]}\n`).join(''));
    return (await chooseServerUser(dataDir, cluster, passwd))?.name;
  };

  itAsRoot('chooses the system user of PostgreSQL, else nobody', async () => {
    expect(await choose('root', 'nobody', 'postgres')).toBe('postgres');
    expect(await choose('root', 'nobody')).toBe('nobody');
  });

  itAsRoot('prefers the owner of the data folder, if it has a name', async () => {
    await mkdir(dataDir);
    await chown(dataDir, 1000, 1001);
    expect(await choose('root', 'nobody', 'postgres', 'anna')).toBe('anna');
    expect(await choose('root', 'nobody', 'postgres')).toBe('postgres');
  });

  itAsRoot('prefers the owner of the cluster to all others, also without a name', async () => {
    await leaveInCluster({ PG_VERSION: '18\n' });
    await chown(cluster, 1000, 1001);
    expect(await choose('root', 'nobody', 'postgres', 'anna')).toBe('anna');
    expect(await choose('root', 'nobody', 'postgres')).toBe('uid 1000');
  });

  itAsRoot('refuses to start when there is no suitable user', async () => {
    await expect(choose('root', 'anna')).rejects.toMatchObject({ code: 'no_system_user' });
  });
});
