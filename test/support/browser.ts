import { fileURLToPath } from 'node:url';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { expect } from 'vitest';

/** A recording that the browser's microphone plays. */
const MICROPHONE = fileURLToPath(new URL('../../samples/01-opening.wav', import.meta.url));

/** Starts Chromium without a window; its microphone plays a sample. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = process.env.RINGBACK_TEST_CHROMIUM_BINARY;
  if (executablePath === undefined) throw new Error('the global setup names the binary of Chromium');
  return chromium.launch({
    executablePath,
    args: [
      // Root has no sandbox, and the tests run as root on a machine of CI.
      '--no-sandbox',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${MICROPHONE}`,
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

/** A browser's window on the console, which collects everything that must not happen there. */
export class ConsoleWindow {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly faults: string[],
  ) {}

  /**
   * Opens a window.
   *
   * @param origin of the service; a request to another one is a fault
   */
  static async open(
    browser: Browser,
    origin: string,
    options: BrowserContextOptions = {},
  ): Promise<ConsoleWindow> {
    const context = await browser.newContext({ baseURL: origin, locale: 'en-GB', ...options });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(`JavaScript error: ${error.message}`));
    page.on('console', (message) => {
      // A failed request is reported as an error too; answers of 4xx are part of some tests.
      const isViolation = /Content Security Policy/i.test(message.text());
      if (isViolation) faults.push(`violation: ${message.text()}`);
    });
    page.on('request', (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (asked !== origin && protocol !== 'data:' && protocol !== 'blob:') {
        faults.push(`request to another origin: ${request.url()}`);
      }
    });
    return new ConsoleWindow(context, page, faults);
  }

  /** Runs a test in a window of its own. A failed test leaves the window to the browser's end. */
  static async use(
    browser: Browser,
    origin: string,
    test: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    const window = await ConsoleWindow.open(browser, origin, options);
    await test(window.page);
    await window.close();
  }

  /** Closes the window, and fails when something happened that must not. */
  async close(): Promise<void> {
    await this.context.close();
    expect(this.faults).toEqual([]);
  }
}
