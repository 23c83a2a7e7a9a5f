import { fileURLToPath } from 'node:url';
import { runChild } from './run-child.mjs';

const VITEST = [
  // Its workers inherit it: none goes on when the one above it was killed.
  `--import=${new URL('follow-parent.mjs', import.meta.url).href}`,
  'node_modules/vitest/vitest.mjs',
  'run',
];

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs Vitest in the project, or in a copy of it. @returns as `runChild` */
export function runVitest(args, { cwd = root, env = {}, stdio = 'inherit' } = {}) {
  return runChild(process.execPath, [...VITEST, ...args], { cwd, stdio, env: { ...process.env, ...env } });
}

/** @returns the arguments that choose these projects of vitest.config.js */
export function projects(names) {
  return names.flatMap((name) => ['--project', name]);
}
