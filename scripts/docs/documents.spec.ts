import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/http/errors/error-codes.js';
import { anchorsOf, inlineCodeOf, linksOf } from './markdown.js';

/** Keeps the README short enough to be read in one sitting. */
const MAX_README_BYTES = 12_288;

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const foldersOf = (path: string): string[] =>
  readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

/** Folders of this project's own documents; dist/ and node_modules/ are generated. */
const documents = [
  ...readdirSync(root),
  ...['bench', 'docs', 'samples', 'simulator', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  ),
].filter((path) => path.endsWith('.md'));

const srcFolders = foldersOf('src');
const sourceFolders = foldersOf('.').filter((name) => !['dist', 'node_modules'].includes(name));

describe('README.md', () => {
  it('is short', () => {
    expect(Buffer.byteLength(read('README.md'))).toBeLessThanOrEqual(MAX_README_BYTES);
  });
});

describe.each(documents)('%s', (document) => {
  const text = read(document);

  it('links to files and headings that exist', () => {
    const dead = linksOf(text).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : relative(root, resolve(root, dirname(document), path));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(read(target)).has(anchor);
    });
    expect(dead).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const isPath = (code: string): boolean => {
      const [first = '', ...rest] = code.split('/');
      const isFolder = sourceFolders.includes(first) || srcFolders.includes(first);
      return isFolder && rest.length > 0 && /^[\w./-]+$/.test(code);
    };
    const missing = inlineCodeOf(text)
      .filter(isPath)
      .filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, 'src', path)));
    expect(missing).toEqual([]);
  });
});

describe('the tables of folders', () => {
  it.each(['CONTRIBUTING.md', 'docs/architecture.md'])('name each folder of src/ in %s', (document) => {
    const named = inlineCodeOf(read(document));
    expect(srcFolders.filter((folder) => !named.includes(`${folder}/`))).toEqual([]);
  });
});

describe('docs/api.md', () => {
  it('names each route of the API', () => {
    const { paths } = JSON.parse(read('docs/openapi.json')) as { paths: Record<string, object> };
    const named = inlineCodeOf(read('docs/api.md')).map((code) => code.replace(/\?.*$/, ''));
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    expect(routes.filter((route) => !named.includes(route))).toEqual([]);
  });

  it('names each code of an error', () => {
    const named = inlineCodeOf(read('docs/api.md'));
    expect(ERROR_CODES.filter((code) => !named.includes(code))).toEqual([]);
  });
});

describe('commands in documents', () => {
  it('are scripts of package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = documents.flatMap((document) =>
      [...read(document).matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script),
    );
    expect([...new Set(named)].filter((script) => !(script in scripts))).toEqual([]);
  });
});

describe('.editorconfig', () => {
  it('wraps lines where Prettier does', () => {
    const { printWidth } = JSON.parse(read('.prettierrc.json')) as { printWidth: number };
    expect(read('.editorconfig')).toContain(`max_line_length = ${printWidth}\n`);
  });
});

describe('.nvmrc', () => {
  it('is the oldest version of Node.js that is promised', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    expect(engines.node).toBe(`>=${read('.nvmrc').trim()}`);
  });
});
