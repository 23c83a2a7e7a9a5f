// Bundles the web console into dist/console: index.html, and scripts and styles with a hash in their
// names, also compressed, so that they can be cached for ever.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'console');
const target = join(root, 'dist/console');
const assets = join(target, 'assets');

/** Kinds of files that become much smaller when they are compressed. */
const COMPRESSED = new Set(['.js', '.css', '.svg']);

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { console: join(source, 'src/main.tsx') },
  outdir: assets,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  tsconfig: join(source, 'tsconfig.json'),
  logLevel: 'warning',
});

const [script, { cssBundle }] = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
  entryPoint?.endsWith('console/src/main.tsx'),
);
const page = readFileSync(join(source, 'index.html'), 'utf8')
  .replace('%SCRIPT%', `/assets/${basename(script)}`)
  .replace('%STYLE%', `/assets/${basename(cssBundle)}`);
writeFileSync(join(target, 'index.html'), page);

for (const name of readdirSync(assets)) {
  if (!COMPRESSED.has(extname(name))) continue;
  const path = join(assets, name);
  const content = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
  writeFileSync(`${path}.br`, brotliCompressSync(content));
}
