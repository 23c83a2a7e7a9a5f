import { execFileSync } from 'node:child_process';
import { findOnPath } from './find-on-path.mjs';

const NAMES = ['redis-server', 'valkey-server'];

/**
 * Finds a Redis or Valkey server on PATH; without one it is installed, if this is root on a machine
 * with apt-get.
 *
 * @returns its path
 * @throws Error that explains how to get one: the tests on Redis are never skipped silently
 */
export function ensureRedisBinary() {
  const found = findOnPath(NAMES);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && findOnPath(['apt-get']) !== undefined) {
    const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    execFileSync('apt-get', ['update'], options);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], options);
    const installed = findOnPath(NAMES);
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'The tests need a redis-server or valkey-server on PATH: apt-get install redis-server, or brew install redis.',
  );
}
