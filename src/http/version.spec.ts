import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { VERSION } from './version.js';

describe('the version', () => {
  it('is the one of package.json', async () => {
    const manifest: unknown = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    );

    expect(manifest).toMatchObject({ version: VERSION });
    expect(VERSION).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
