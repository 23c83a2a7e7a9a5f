import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configurationPage } from './configuration-page.js';
import { metricsPage } from './metrics-page.js';

export interface Page {
  /** Path relative to the project's folder. */
  path: string;
  content: string;
}

/** @returns the generated pages of `docs/` about variables and metrics */
export async function referencePages(root: string): Promise<Page[]> {
  const example = await readFile(join(root, '.env.example'), 'utf8');
  return Promise.all([
    layOut(root, { path: 'docs/configuration.md', content: configurationPage(example) }),
    layOut(root, { path: 'docs/metrics.md', content: metricsPage() }),
  ]);
}

/** Formats a page with Prettier, so that generating it again changes nothing. */
export async function layOut(root: string, { path, content }: Page): Promise<Page> {
  const options = await resolveConfig(join(root, path));
  return { path, content: await format(content, { ...options, filepath: path }) };
}
