import { chromium, type Browser } from 'playwright-core';

/** Finds Chromium, for the tests as well. From the compiled file, which is one folder deeper. */
const FINDER = new URL('../../../test/support/chromium-binary.mjs', import.meta.url).href;

/**
 * Starts Chromium without a window.
 *
 * @throws Error that says how to get it, when there is none on PATH and it cannot be installed
 */
export async function startChromium(): Promise<Browser> {
  const { ensureChromiumBinary } = (await import(FINDER)) as { ensureChromiumBinary: () => string };
  // Root has no sandbox.
  return chromium.launch({ executablePath: ensureChromiumBinary(), args: ['--no-sandbox'] });
}
