import { execFileSync } from 'node:child_process';
import { findOnPath } from './find-on-path.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * Finds Chromium on PATH; without one it is installed, if this is root on a machine with apt-get.
 *
 * @returns its path
 * @throws Error that explains how to get one: the tests of the console are never skipped silently
 */
export function ensureChromiumBinary() {
  const found = findOnPath(NAMES);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && findOnPath(['apt-get']) !== undefined) {
    const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    execFileSync('apt-get', ['update'], options);
    execFileSync(
      'apt-get',
      ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      options,
    );
    const installed = findOnPath(NAMES);
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'The tests need Chromium on PATH: apt-get install chromium, or brew install --cask chromium.',
  );
}
