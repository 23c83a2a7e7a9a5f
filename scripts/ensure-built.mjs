// Builds when there is no build, or when a source file is newer than it, so that `npm start` never
// runs stale code. Production images contain no compiler and start dist/src/main.js themselves.
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './run-child.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['src', 'console', 'simulator', 'commands', 'demo', 'bench', 'scripts/docs'];

function newestChange(folder) {
  let newest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestChange(path) : statSync(path).mtimeMs);
  }
  return newest;
}

async function run(program) {
  const { exitCode } = await runChild(process.execPath, program, { cwd: root, stdio: 'inherit' });
  return exitCode;
}

const buildInfo = join(root, 'dist/.tsbuildinfo');
const builtAt = statSync(join(root, 'dist/src/main.js'), { throwIfNoEntry: false })
  ? statSync(buildInfo, { throwIfNoEntry: false })?.mtimeMs
  : undefined;
const changedAt = Math.max(...sources.map((folder) => newestChange(join(root, folder))));

if (builtAt === undefined || builtAt < changedAt) {
  const startedAt = new Date();
  // Runs without npm and its shell, which would end at a signal and leave the compiler running.
  const compiler = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  let exitCode = await run([compiler, 'build']);
  if (exitCode === 0) exitCode = await run([join(root, 'scripts/build-console.mjs')]);
  // The compiler does not update the file when no output changed, as after a change of a test:
  // every start would then build again.
  if (exitCode === 0) utimesSync(buildInfo, startedAt, startedAt);
  process.exit(exitCode);
}
