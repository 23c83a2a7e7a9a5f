import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { takeFolderLock } from './folder-lock.js';
import { inspectProcess, processSpace } from './process-facts.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-lock-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A lock of this very process, unless told otherwise. */
async function leaveLock(
  owner: { pid?: number; startMark?: string; space?: string },
  number = 1,
): Promise<string> {
  const { startMark } = await inspectProcess(process.pid);
  const file = join(folder, `postgres.owner.${number}`);
  const lock = { pid: process.pid, startMark, space: await processSpace(), ...owner };
  await writeFile(file, JSON.stringify(lock));
  return file;
}

describe('takeFolderLock', () => {
  it('refuses a folder whose owner lives, this very process included, until it is released', async () => {
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

  it('takes over when the process id of the owner has passed to a younger process', async () => {
    await leaveLock({ startMark: 'an earlier start' });
    const lock = await takeFolderLock(folder);
    await lock.release();
  });

  it('takes over a lock that a crash has left without content, and leaves one file', async () => {
    await writeFile(join(folder, 'postgres.owner.7'), '');
    const lock = await takeFolderLock(folder);
    expect(await readdir(folder)).toEqual(['postgres.owner.8']);
    await lock.release();
  });

  it('never lets the numbers run backwards, so that who slept finds out', async () => {
    await (await takeFolderLock(folder)).release();
    expect(await readdir(folder)).toEqual(['postgres.owner.1']);
    await (await takeFolderLock(folder)).release();
    expect(await readdir(folder)).toEqual(['postgres.owner.2']);
  });

  it('refuses while an owner in another container shows life, whatever runs under its pid here', async () => {
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

  it('takes over from an owner in another container that shows no life', async () => {
    await leaveLock({ space: 'other-container pid:[1]' });
    const lock = await takeFolderLock(folder, 100);
    const text = await readFile(join(folder, 'postgres.owner.2'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it('gives up a number that it has got when a newer owner has come while it was looking', async () => {
    await leaveLock({ space: 'other-container pid:[1]' });
    const taking = takeFolderLock(folder, 300);
    await leaveLock({}, 3);
    await expect(taking).rejects.toMatchObject({ code: 'in_use' });
    expect(await readdir(folder)).not.toContain('postgres.owner.2');
  });
});
