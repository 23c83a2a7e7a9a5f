import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { referencePages } from './pages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('a generated page', () => {
  it('equals the output of `npm run docs`', async () => {
    const pages = await referencePages(root);

    for (const { path, content } of pages) {
      expect({ path, content: await readFile(join(root, path), 'utf8') }).toEqual({ path, content });
    }
  });
});
