import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedStart } from './embedded-server.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'embedded-start-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

describe('EmbeddedStart', () => {
  it('reports a failure to callers of server(), and has nothing to stop then', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    const start = EmbeddedStart.begin({ dataDir: file, log: () => undefined });
    await start.launched;
    // Gives an unhandled rejection the time to end the process.
    await nextIteration();
    await start.stop();

    await expect(start.server()).rejects.toMatchObject({ code: 'folder_unusable' });
  });
});
