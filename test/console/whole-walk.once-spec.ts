import { readFile } from 'node:fs/promises';
import { strFromU8, unzipSync } from 'fflate';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessibility.js';
import { ConsoleWindow, startBrowser } from '../support/browser.js';
import { tabTo } from '../support/keyboard.js';
import { sharedWorld } from '../support/shared-world.js';
import { World } from '../support/test-service.js';

const KEY = 'a-key-of-the-console-tests-of-32-bytes';
const SAMPLES = ['01-opening', '02-ramp', '03-schoolroute', '04-vote'].map((name) => `samples/${name}.wav`);

describe('the console of a service with API keys', () => {
  const world = sharedWorld(() => World.start({ env: { API_KEYS: KEY } }));
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  const inWindow = (test: (page: Page) => Promise<void>): Promise<void> =>
    ConsoleWindow.use(browser, world().api.url, test);

  async function signIn(page: Page, key = KEY): Promise<void> {
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  it('goes from the login over upload, reading, edit and export to the deletion', async () => {
    await inWindow(async (page) => {
      await page.goto('/');
      await signIn(page);
      await page.locator('.empty').getByRole('link', { name: 'New conversation' }).click();
      await page.getByLabel('Choose files').setInputFiles(SAMPLES);
      await page.getByLabel('Title').fill('The Wilgenbrug');
      await page.getByRole('button', { name: 'Create and send' }).click();
      await page.waitForURL('**/c/*');
      await page.getByText('Ready', { exact: true }).waitFor();

      await page.getByRole('button', { name: /^Edit/ }).first().click();
      const editor = page.getByRole('textbox').first();
      const text = await editor.inputValue();
      await editor.fill(text.replace('evening', 'morning'));
      await page.keyboard.press('Control+Enter');
      await page.getByText('Good morning everyone').waitFor();
      await page.reload();
      await page.getByText('Good morning everyone').waitFor();

      await page.getByText('Export').click();
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Word (.docx)' }).click();
      const entries = unzipSync(await readFile(await (await download).path()));
      const words = strFromU8(entries['word/document.xml'] ?? new Uint8Array());
      expect(words).toContain('The Wilgenbrug');
      expect(words).toContain('Good morning everyone');

      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('textbox', { name: 'to confirm' }).fill('DELETE');
      await page.getByRole('button', { name: 'Delete for good' }).click();
      await page.getByRole('link', { name: 'Conversations', exact: true }).click();
      await page.getByRole('heading', { name: 'No conversations yet' }).waitFor();
    });
  });

  it('goes from the login to the deletion with the keyboard alone', async () => {
    await inWindow(async (page) => {
      const press = async (element: Locator, key = 'Enter'): Promise<void> => {
        await tabTo(page, element);
        await page.keyboard.press(key);
      };
      await page.goto('/');
      await tabTo(page, page.getByLabel('API key'));
      await page.keyboard.type(KEY);
      await page.keyboard.press('Enter');

      await press(page.locator('.empty').getByRole('link', { name: 'New conversation' }));
      const chooser = page.waitForEvent('filechooser');
      await press(page.getByLabel('Choose files'));
      await (await chooser).setFiles(SAMPLES.slice(0, 1));
      await tabTo(page, page.getByLabel('Title'));
      await page.keyboard.type('By keyboard');
      await press(page.getByRole('button', { name: 'Create and send' }));
      await page.waitForURL('**/c/*');
      await page.getByText('Ready', { exact: true }).waitFor();

      await press(page.getByRole('button', { name: 'Play', exact: true }));
      await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
      await page.keyboard.press('Enter');
      await press(page.getByRole('link', { name: 'Changes', exact: true }));
      await page.getByText('Wilkin Brook').first().waitFor();
      await press(page.getByRole('link', { name: 'Text', exact: true }));

      await press(page.getByRole('button', { name: /^Edit/ }).first());
      await page.locator('textarea:focus').waitFor();
      await page.keyboard.press('Control+Home');
      for (let step = 0; step < 'Good '.length; step += 1) await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Control+Shift+ArrowRight');
      await page.keyboard.type('morning ');
      await page.keyboard.press('Control+Enter');
      await page.getByText('Good morning everyone').waitFor();

      await press(page.getByText('Export'));
      const download = page.waitForEvent('download');
      await press(page.getByRole('link', { name: 'Subtitles for the web (.vtt)' }));
      expect(await readFile(await (await download).path(), 'utf8')).toContain('Good morning everyone');
      await page.keyboard.press('Escape');

      await press(page.getByRole('button', { name: 'Delete', exact: true }));
      await tabTo(page, page.getByRole('textbox', { name: 'to confirm' }));
      await page.keyboard.type('DELETE');
      await press(page.getByRole('button', { name: 'Delete for good' }));
      await press(page.getByRole('link', { name: 'Conversations', exact: true }));
      await page.getByRole('heading', { name: 'No conversations yet' }).waitFor();
    });
  });

  it('asks for a key again at the same address, once the session is over', async () => {
    await inWindow(async (page) => {
      await page.goto('/system');
      await signIn(page, 'a-wrong-key');
      await page.getByRole('alert').getByText('not a valid API key').waitFor();
      await expectAccessible(page);
      await signIn(page);
      await page.getByRole('heading', { name: 'System' }).waitFor();

      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/system');
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    });
  });

  it('ends the session with its key', async () => {
    await inWindow(async (page) => {
      await page.goto('/');
      await signIn(page);
      await page.getByRole('heading', { name: 'Conversations', exact: true }).waitFor();
      await world().stopService();
      await world().startService({ API_KEYS: 'another-key-of-the-console-tests' });
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    });
  });
});
