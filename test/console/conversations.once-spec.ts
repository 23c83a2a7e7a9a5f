import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAccessible, expectNoSideways } from '../support/accessibility.js';
import { ConsoleWindow, startBrowser } from '../support/browser.js';
import { Gate } from '../support/gate.js';
import { World } from '../support/test-service.js';
import { waitUntil } from '../support/wait-until.js';

const SAMPLES = ['02-ramp.wav', '01-opening.wav'].map((name) =>
  fileURLToPath(new URL(`../../samples/${name}`, import.meta.url)),
);
const NARROW = { viewport: { width: 320, height: 640 } };

let world: World;
let browser: Browser;

beforeAll(async () => {
  [world, browser] = await Promise.all([World.start(), startBrowser()]);
});

beforeEach(async () => {
  await world.simulator.reset();
});

afterAll(async () => {
  await browser.close();
  await world.stop();
});

const inWindow = (test: (page: Page) => Promise<void>, options?: BrowserContextOptions): Promise<void> =>
  ConsoleWindow.use(browser, world.api.url, test, options);

const row = (page: Page, title: string): Locator => page.getByRole('row').filter({ hasText: title });
/** Waits until an element with this text has the focus. */
async function focused(page: Page, text: string): Promise<void> {
  await page.locator(':focus', { hasText: text }).waitFor();
}

async function conversation(title: string, settings: object = {}): Promise<string> {
  const { id } = await world.api.createConversation({ title, ...settings });
  return id;
}

describe('the list of conversations', () => {
  it('leads from nothing to a conversation, whose states change without a reload', async () => {
    await inWindow(async (page) => {
      const correction = new Gate();
      world.simulator.hooks.beforeCorrectionResponse = correction.pass;
      await page.goto('/');
      await page.getByRole('heading', { name: 'No conversations yet' }).waitFor();
      await page.locator('.empty').getByRole('link', { name: 'New conversation' }).click();
      await page.getByLabel('Choose files').setInputFiles(SAMPLES);
      await page.getByLabel('Title').fill('Meeting about the bridge');
      await page.getByRole('button', { name: 'Create and send' }).click();
      await page.waitForURL('**/c/*');

      await page.getByRole('link', { name: 'Conversations', exact: true }).click();
      const own = row(page, 'Meeting about the bridge');
      await own.getByText('Finishing').waitFor();
      await own.getByText('2 in progress').waitFor();
      await page.evaluate("document.body.dataset.loaded = 'once'");
      correction.open();
      await own.getByText('Ready').waitFor();
      await own.getByText('2 completed').waitFor();
      expect(await page.evaluate('document.body.dataset.loaded')).toBe('once');
    });
  });

  it('shows a conversation that is opened elsewhere', async () => {
    await inWindow(async (page) => {
      await conversation('Here before');
      await page.goto('/');
      await row(page, 'Here before').waitFor();
      await page.getByText('· Live').waitFor();
      await conversation('Opened elsewhere', { externalId: 'meeting-7', anonymize: true });
      const own = row(page, 'Opened elsewhere');
      await own.getByText('meeting-7').waitFor();
      await own.getByText('Anonymized').waitFor();
    });
  });

  it('keeps its filters over a reload, and gives them back one by one', async () => {
    await inWindow(async (page) => {
      await conversation('Vote on the ferry');
      await conversation('Vote on the tunnel');
      await world.api.finish(await conversation('Talk about the ferry'));
      await page.goto('/');
      await row(page, 'Vote on the tunnel').waitFor();
      await page.getByRole('searchbox', { name: 'Search' }).fill('ferry');
      await row(page, 'Vote on the tunnel').waitFor({ state: 'detached' });
      await page.getByLabel('State').selectOption('Open');
      await row(page, 'Talk about the ferry').waitFor({ state: 'detached' });
      await page.waitForURL('/?q=ferry&status=open');

      await page.reload();
      await row(page, 'Vote on the ferry').waitFor();
      expect(await page.getByRole('row').count()).toBe(2);
      expect(await page.getByLabel('Search').inputValue()).toBe('ferry');

      await page.goBack();
      await row(page, 'Talk about the ferry').waitFor();
      expect(await page.getByLabel('State').inputValue()).toBe('');
      await page.getByLabel('Search').fill('nobody said this');
      await page.getByRole('heading', { name: 'No conversation matches' }).waitFor();
      await page.locator('.empty').getByRole('button', { name: 'Clear filters' }).click();
      await row(page, 'Vote on the tunnel').waitFor();
      expect(new URL(page.url()).search).toBe('');
    });
  });

  it('shows more by pages', async () => {
    const first = await conversation('The oldest of many');
    // One page has fifty rows.
    for (let count = 0; count < 50; count++) await conversation(`One of many ${count}`);
    await inWindow(async (page) => {
      await page.goto('/?q=many');
      await row(page, 'One of many 49').waitFor();
      expect(await row(page, 'The oldest of many').count()).toBe(0);
      await page.getByRole('button', { name: 'Show more' }).click();
      await page.locator('a:focus', { hasText: 'The oldest of many' }).waitFor();
      await world.api.finish(first);
      await row(page, 'The oldest of many').getByText('Ready').waitFor();
      expect(await page.getByRole('row').count()).toBe(52);
    });
  });

  it('says why it could not be loaded, and loads again when asked to', async () => {
    await inWindow(async (page) => {
      await page.route('**/api/conversations?*', (route) => route.abort());
      await page.goto('/');
      await page.getByRole('alert').getByText('Ringback does not answer').waitFor();
      await page.unroute('**/api/conversations?*');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('table').waitFor();
    });
  });

  it('can be used by the keyboard alone: rename, finish, delete', async () => {
    const id = await conversation('By keyboard');
    await conversation('Its neighbour');
    await inWindow(async (page) => {
      await page.goto('/');
      await page.getByRole('link', { name: 'By keyboard' }).focus();
      await page.keyboard.press('ArrowUp');
      await focused(page, 'Its neighbour');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await focused(page, 'Finish');
      await page.keyboard.press('Enter');
      await row(page, 'By keyboard').getByText('Ready').waitFor();

      await page.keyboard.press('Enter');
      await focused(page, 'Rename');
      await page.keyboard.press('Enter');
      await page.locator('input[name=title]:focus').waitFor();
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type('Renamed by keyboard');
      await page.keyboard.press('Enter');
      await page.getByRole('status').getByText('It is called “Renamed by keyboard” now.').waitFor();
      expect((await world.api.conversation(id)).title).toBe('Renamed by keyboard');

      await page.keyboard.press('Enter');
      await focused(page, 'Rename');
      await page.keyboard.press('End');
      await focused(page, 'Delete');
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByRole('button', { name: 'Delete for good' }).isDisabled()).toBe(true);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await page.locator(':focus[aria-label="Actions for Renamed by keyboard"]').waitFor();
      expect((await world.api.get(`/api/conversations/${id}`)).status).toBe(200);
    });
  });

  it('tries failed chunks of a conversation again', async () => {
    const { faults } = world.simulator;
    faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: 'Unusable' },
      times: 1,
    });
    const id = await conversation('Failed once');
    const chunk = await world.api.addChunk(id);
    expect((await world.api.settledChunk(chunk.id)).status).toBe('failed');
    await inWindow(async (page) => {
      await page.goto('/');
      await row(page, 'Failed once').getByText('1 failed').waitFor();
      await page.getByRole('button', { name: 'Actions for Failed once' }).click();
      await page.getByRole('menuitem', { name: 'Retry failed chunks' }).click();
      await page.getByRole('status').getByText('is being tried again').waitFor();
      await row(page, 'Failed once').getByText('1 completed').waitFor();
    });
  });

  it('deletes after a typed confirmation, until nothing is left', async () => {
    await inWindow(async (page) => {
      await page.goto('/');
      await page.getByRole('row').nth(1).waitFor();
      const { data } = await listed();
      for (const { id } of data.slice(1)) await world.api.send('DELETE', `/api/conversations/${id}`, {});
      await waitUntil(
        () => page.getByRole('row').count(),
        (count) => count === 2,
      );
      await page.getByRole('button', { name: /^Actions for/ }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      const button = page.getByRole('button', { name: 'Delete for good' });
      await page.getByRole('textbox', { name: 'to confirm' }).fill('DEL');
      expect(await button.isDisabled()).toBe(true);
      await page.getByRole('textbox', { name: 'to confirm' }).fill('DELETE');
      await button.click();
      await page.getByRole('status').getByText('was deleted').waitFor();
      await page.getByRole('heading', { name: 'No conversations yet' }).waitFor();
      await page.locator('#content:focus').waitFor();
      expect((await listed()).data).toEqual([]);
    });
  });

  it('is readable at 320 pixels, in Dutch, and by screen readers', async () => {
    await conversation('Een gesprek met een lange titel over de Wilgenbrug en het Havenkwartier', {
      externalId: 'an-external-id-without-any-place-to-break-it-into-lines',
      redactPii: true,
    });
    await inWindow(
      async (page) => {
        await page.goto('/');
        await page.getByRole('row').nth(1).waitFor();
        await row(page, 'Wilgenbrug').getByText('Gelakt').waitFor();
        await expectNoSideways(page);
        await expectAccessible(page);
        await page.getByRole('button', { name: /^Acties voor/ }).click();
        await expectNoSideways(page);
        await page.getByRole('menuitem', { name: 'Verwijderen' }).click();
        await page.getByRole('dialog').getByText('Typ de titel of VERWIJDER').waitFor();
        await expectAccessible(page);
      },
      { ...NARROW, locale: 'nl-NL' },
    );
  });
});

async function listed(): Promise<{ data: { id: string }[] }> {
  return (await world.api.get<{ data: { id: string }[] }>('/api/conversations?limit=100')).body;
}
