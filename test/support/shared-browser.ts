import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { ConsoleWindow, startBrowser } from './browser.js';

/**
 * Provides one browser for all tests of a describe block. The window that a test opens is closed
 * after it, and fails it for everything that must not happen in the console.
 *
 * @param origin returns that of the service, once it has started
 * @returns opens a page of the console in a window of its own, at most one a test
 */
export function sharedBrowser(
  origin: () => string,
): (path: string, options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser;
  let opened: ConsoleWindow | undefined;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });
  afterAll(async () => {
    await browser.close();
  });
  return async (path, options = {}) => {
    opened = await ConsoleWindow.open(browser, origin(), options);
    await opened.page.goto(path);
    return opened.page;
  };
}
