import { mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from './data-folder.js';
import { beginNewLog, failureInLog, keepLogBounded, logPath } from './server-log.js';

let cluster: Cluster;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'server-log-'));
  const binaries = { packageName: '', postgres: '', initdb: '', pgCtl: '' };
  cluster = { home: folder, folder, binaries, user: null };
});

afterEach(async () => {
  await rm(cluster.folder, { recursive: true });
});

const MANY_BYTES = 11 * 1024 * 1024;

describe('the log of the server', () => {
  it('is emptied when it has grown beyond its limit, and not before', async () => {
    await writeFile(logPath(cluster), 'a line\n');
    await keepLogBounded(cluster);
    expect(await readFile(logPath(cluster), 'utf8')).toBe('a line\n');
    await truncate(logPath(cluster), MANY_BYTES);
    await keepLogBounded(cluster);
    expect((await stat(logPath(cluster))).size).toBe(0);
  });

  it('is not emptied through a link, which may point to any file of root', async () => {
    const precious = join(cluster.folder, 'precious');
    await writeFile(precious, '');
    await truncate(precious, MANY_BYTES);
    await symlink(precious, logPath(cluster));
    await expect(keepLogBounded(cluster)).rejects.toMatchObject({ code: 'ELOOP' });
    expect((await stat(precious)).size).toBe(MANY_BYTES);
  });

  it('is new for each start, which keeps the previous log', async () => {
    await beginNewLog(cluster);
    await writeFile(logPath(cluster), 'the last run');
    await beginNewLog(cluster);
    expect(await readFile(`${logPath(cluster)}.1`, 'utf8')).toBe('the last run');
    expect(await failureInLog(cluster)).toBeNull();
  });

  it('explains a failed start by its last fatal line, else by its last line', async () => {
    await writeFile(logPath(cluster), 'LOG:  starting\n\n');
    expect(await failureInLog(cluster)).toBe('LOG:  starting');
    await writeFile(logPath(cluster), 'LOG:  starting\n[7] FATAL:  no room\nLOG:  shut down\n');
    expect(await failureInLog(cluster)).toBe('[7] FATAL:  no room');
  });
});
