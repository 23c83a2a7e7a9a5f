import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLogTail } from './log-tail.js';

describe('the tail of a log', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-log-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const tailOf = async (text: string): Promise<string[]> => {
    const file = join(folder, 'service.log');
    await writeFile(file, text);
    return readLogTail(file);
  };

  it('formats entries of the service, and returns any other line unchanged', async () => {
    const entry = { level: 'warn', pid: 1, timestamp: 2, message: 'a line', context: 'Checker' };
    expect(await tailOf(`${JSON.stringify(entry)}\n\n{"level":"log"}\nnode:internal/oops\n`)).toEqual([
      'warn  [Checker] a line',
      '{"level":"log"}',
      'node:internal/oops',
    ]);
  });

  it('of a long log ends with the last line, and begins with a whole one', async () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index} ${'.'.repeat(3_000)}`);
    const tail = await tailOf(lines.join('\n'));
    expect(tail).toEqual(lines.slice(-tail.length));
    expect(tail.length).toBeGreaterThan(1);
  });

  it('is empty for an empty log', async () => {
    expect(await tailOf('')).toEqual([]);
  });
});
