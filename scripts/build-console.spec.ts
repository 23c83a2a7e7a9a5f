import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ASSETS = new URL('../dist/console/', import.meta.url);
/** A page that is there at once on a slow connection: 60 kB are half a second at 1 Mbit/s. */
const MAX_FIRST_PAGE_BYTES = 60_000;

const read = (name: string): string => readFileSync(new URL(name, ASSETS), 'utf8');

/** Names of a script and of all scripts that it needs before it runs. */
function scriptsOf(name: string, known = new Set<string>()): Set<string> {
  if (known.has(name)) return known;
  known.add(name);
  const imported = read(`assets/${name}`).matchAll(/(?:from|import)"\.\/([\w.-]+\.js)"/g);
  for (const [, other = ''] of imported) scriptsOf(other, known);
  return known;
}

describe('the built console', () => {
  const page = read('index.html');
  const entry = /src="\/assets\/([\w.-]+\.js)"/.exec(page)?.[1] ?? '';
  const firstPage = /import\("\.\/(conversations-page-[\w.-]+\.js)"\)/.exec(
    [...scriptsOf(entry)].map((name) => read(`assets/${name}`)).join('\n'),
  )?.[1];

  it('has at most 60 kB of compressed scripts on its first page', () => {
    const scripts = scriptsOf(firstPage ?? '', scriptsOf(entry));
    const sizes = [...scripts].map((name) => readFileSync(new URL(`assets/${name}.gz`, ASSETS)).length);
    expect(scripts.size).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_FIRST_PAGE_BYTES);
  });

  it('has no script or style in its page, which its policy would refuse', () => {
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
  });
});
