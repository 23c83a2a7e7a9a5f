import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const scripts = fileURLToPath(new URL('.', import.meta.url));

/** A compiler that writes no output, or fails. */
const COMPILER = `require('node:fs').appendFileSync('builds', 'x'); process.exitCode = Number(process.env.COMPILER_EXIT_CODE ?? 0);`;

describe('the build before a script', () => {
  let project: string;

  const write = (path: string, content: string, ageSeconds: number): void => {
    const file = join(project, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    const at = Date.now() / 1_000 - ageSeconds;
    utimesSync(file, at, at);
    utimesSync(dirname(file), at, at);
  };
  const ensureBuilt = (exitCode = 0): number | null =>
    spawnSync(process.execPath, ['scripts/ensure-built.mjs'], {
      cwd: project,
      env: { COMPILER_EXIT_CODE: String(exitCode) },
    }).status;
  const builds = (): number => readFileSync(join(project, 'builds'), 'utf8').length;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'ringback-build-'));
    cpSync(join(scripts, 'ensure-built.mjs'), join(project, 'scripts/ensure-built.mjs'));
    cpSync(join(scripts, 'run-child.mjs'), join(project, 'scripts/run-child.mjs'));
    write('builds', '', 0);
    write('node_modules/@nestjs/cli/bin/nest.js', COMPILER, 0);
    write('scripts/build-console.mjs', '', 0);
    for (const folder of ['src', 'console', 'simulator', 'commands', 'demo', 'bench', 'scripts/docs'])
      write(`${folder}/a.ts`, '', 60);
    write('dist/src/main.js', '', 30);
    write('dist/.tsbuildinfo', '{}', 30);
  });

  afterEach(() => {
    rmSync(project, { recursive: true });
  });

  it('is skipped when no source is newer', () => {
    expect([ensureBuilt(), builds()]).toEqual([0, 0]);
  });

  it('runs once for a change that changes no output', () => {
    write('src/a.spec.ts', '', 10);

    expect([ensureBuilt(), builds()]).toEqual([0, 1]);
    expect([ensureBuilt(), builds()]).toEqual([0, 1]);
  });

  it('runs again after a failure, and its exit code is passed on', () => {
    write('src/a.ts', 'broken', 10);

    expect([ensureBuilt(2), builds()]).toEqual([2, 1]);
    expect([ensureBuilt(0), builds()]).toEqual([0, 2]);
  });

  it('runs when there is no build', () => {
    rmSync(join(project, 'dist/src'), { recursive: true });

    expect([ensureBuilt(), builds()]).toEqual([0, 1]);
  });
});
