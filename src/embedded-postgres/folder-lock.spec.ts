import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeFolderLock } from './folder-lock.js';
import { inspectProcess, processNamespace } from './process-facts.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-lock-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Writes a lock file, by default one of this process. */
async function leaveLock(
  owner: { pid?: number; startMark?: string; space?: string },
  number = 1,
): Promise<string> {
  const { startMark } = await inspectProcess(process.pid);
  const file = join(folder, `postgres.owner.${number}`);
  const lock = { pid: process.pid, startMark, space: await processNamespace(), ...owner };
  await writeFile(file, JSON.stringify(lock));
  return file;
}

describe('takeFolderLock', () => {
  it('refuses a folder with a live owner, including this process, until it is released', async () => {
    const lock = await takeFolderLock(folder);
    await expect(takeFolderLock(folder)).rejects.toMatchObject({ code: 'in_use' });
    await lock.release();
    const next = await takeFolderLock(folder);
    await next.release();
  });

  it('has one winner when many try at once', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => takeFolderLock(folder)));
    const won = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(won).toHaveLength(1);
    await won[0]?.release();
  });

  it('takes over when the process id of the owner belongs to a newer process', async () => {
    await leaveLock({ startMark: 'an earlier start' });
    const lock = await takeFolderLock(folder);
    await lock.release();
  });

  it('takes over an empty lock file that a crash has left, and leaves one file', async () => {
    await writeFile(join(folder, 'postgres.owner.7'), '');
    const lock = await takeFolderLock(folder);
    expect(await readdir(folder)).toEqual(['postgres.owner.8']);
    await lock.release();
  });

  it('increases the number each time, so that a delayed process detects a newer owner', async () => {
    await (await takeFolderLock(folder)).release();
    expect(await readdir(folder)).toEqual(['postgres.owner.1']);
    await (await takeFolderLock(folder)).release();
    expect(await readdir(folder)).toEqual(['postgres.owner.2']);
  });

  it('refuses while an owner in another container sends heartbeats, whatever process has its pid here', async () => {
    const file = await leaveLock({ pid: 999_999_999, space: 'other-container pid:[1]' });
    const beating = setInterval(() => {
      void utimes(file, new Date(), new Date());
    }, 20);
    try {
      const taking = takeFolderLock(folder, 20_000);
      await expect(taking).rejects.toMatchObject({ code: 'in_use' });
      await expect(taking).rejects.toThrow('other-container');
    } finally {
      clearInterval(beating);
    }
  });

  it('takes over from an owner in another container that sends no heartbeats', async () => {
    await leaveLock({ space: 'other-container pid:[1]' });
    const lock = await takeFolderLock(folder, 100);
    const text = await readFile(join(folder, 'postgres.owner.2'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it('gives up its number when a newer owner has appeared in the meantime', async () => {
    await leaveLock({ space: 'other-container pid:[1]' });
    const taking = takeFolderLock(folder, 300);
    await leaveLock({}, 3);
    await expect(taking).rejects.toMatchObject({ code: 'in_use' });
    expect(await readdir(folder)).not.toContain('postgres.owner.2');
  });
});
