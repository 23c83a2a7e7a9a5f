import { fileURLToPath } from 'node:url';
import { runChild } from './run-child.mjs';

const JEST = [
  // Its workers inherit this: none keeps running when its parent was killed.
  `--import=${new URL('follow-parent.mjs', import.meta.url).href}`,
  '--experimental-vm-modules',
  '--no-warnings',
  'node_modules/jest/bin/jest.js',
];

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs Jest in the project, or in a copy of it. @returns the same as `runChild` */
export function runJest(args, { cwd = root, env = {}, stdio = 'inherit' } = {}) {
  return runChild(process.execPath, [...JEST, ...args], { cwd, stdio, env: { ...process.env, ...env } });
}
