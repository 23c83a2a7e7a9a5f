import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAccessible, expectNoSideways } from '../support/accessibility.js';
import { ConsoleWindow, startBrowser } from '../support/browser.js';
import { EventsApi } from '../support/events-api.js';
import { EventReceiver } from '../support/event-receiver.js';
import { World } from '../support/test-service.js';

const FAILURE = {
  kind: 'outcome',
  status: 'error',
  error: 'File does not appear to contain audio',
} as const;
const NARROW = { viewport: { width: 320, height: 640 } };

let world: World;
let browser: Browser;

beforeAll(async () => {
  const options = { env: { ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8' } };
  [world, browser] = await Promise.all([World.start(options), startBrowser()]);
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

const card = (page: Page, title: string): Locator => page.getByRole('article').filter({ hasText: title });

/** Adds chunks that fail for a reason of AssemblyAI's. */
async function failedChunks(title: string, count: number): Promise<string> {
  world.simulator.faults.add({ operation: 'submit', times: count, effect: FAILURE });
  const { id } = await world.api.createConversation({ title });
  for (let at = 0; at < count; at += 1) await world.api.settledChunk((await world.api.addChunk(id)).id);
  return id;
}

describe('the page of problems', () => {
  it('groups failed chunks by cause, and shows without a reload that all of them are completed', async () => {
    await inWindow(async (page) => {
      await page.goto('/problems');
      await page.getByRole('heading', { name: 'Nothing has failed' }).waitFor();
      const id = await failedChunks('Meeting about the bridge', 2);
      await page.evaluate("document.body.dataset.loaded = 'once'");

      const group = card(page, 'No sound in the file');
      await group.getByText('2 recordings in 1 conversation').waitFor();
      await group.getByText('Send a recording with sound.').waitFor();
      await group.getByRole('button', { name: 'Show 2 recordings' }).click();
      const links = group.getByRole('link', { name: 'Meeting about the bridge, recording' });
      await links.nth(1).waitFor();
      expect(await links.first().getAttribute('href')).toBe(`/c/${id}?tab=runs`);
      expect(new URL(page.url()).search).toBe('?kind=failed&code=not_audio');
      await expectAccessible(page);

      await group.getByRole('button', { name: 'Retry all 2 recordings' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Retry', exact: true }).click();
      await page.getByText('All 2 recordings are completed').waitFor();
      await page.getByRole('heading', { name: 'Nothing has failed' }).waitFor();
      expect(await page.evaluate('document.body.dataset.loaded')).toBe('once');
    });
  });

  it('opens at an address, where one chunk alone is tried again and fails again', async () => {
    await failedChunks('Council', 1);
    await inWindow(async (page) => {
      await page.goto('/problems');
      await page.getByRole('button', { name: /^Show/ }).click();
      await page.reload();
      const group = page.getByRole('article');
      world.simulator.faults.add({
        operation: 'submit',
        times: 1,
        effect: FAILURE,
      });
      await group.getByRole('button', { name: 'Retry recording 1 of Council' }).click();
      await page.getByText('1 recording failed again').waitFor();
      await page
        .getByText('1 recording failed again')
        .locator('..')
        .getByRole('button', { name: 'Close' })
        .click();
      await group.getByRole('button', { name: 'Retry recording 1 of Council' }).click();
      await page.getByText('1 recording is completed').waitFor();
      await page.getByText('Nothing fails with the code').waitFor();
    });
  });

  it('corrects texts that were not corrected, without a new transcript', async () => {
    world.simulator.faults.add({
      operation: 'correct',
      times: 1,
      effect: { kind: 'status', status: 403, body: { error: { status: 'PERMISSION_DENIED' } } },
    });
    const { id } = await world.api.createConversation({ title: 'Uncorrected' });
    await world.api.settledChunk((await world.api.addChunk(id)).id);
    await inWindow(async (page) => {
      await page.goto('/problems');
      await page.getByRole('heading', { name: 'Texts without a correction' }).waitFor();
      await page.getByRole('button', { name: 'Retry 1 recording' }).click();
      await page.getByRole('dialog').getByText('at the price of a new correction').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Retry', exact: true }).click();
      await page.getByText('1 recording is completed').waitFor();
      await page.getByRole('heading', { name: 'Nothing has failed' }).waitFor();
    });
    expect(world.simulator.ledger.counts.submit).toBe(1);
  });
});

describe('the page of deliveries', () => {
  it('explains events, then shows each attempt, and sends an event again', async () => {
    const receiver = await EventReceiver.start();
    try {
      await inWindow(async (page) => {
        await page.goto('/deliveries');
        await page.getByText(`curl ${world.api.url}/api/projects/$PROJECT/event-endpoints`).waitFor();
        await expectAccessible(page);

        const events = new EventsApi(() => world.api);
        const projectId = await events.createProject();
        await events.createEndpoint(projectId, { url: receiver.url });
        await world.api.createConversation({ projectId });
        await page.reload();
        const row = page.getByRole('listitem').filter({ hasText: 'conversation.started' });
        await row.getByText('Delivered').waitFor();
        await row.getByText('A project').waitFor();
        await row.getByText('1 attempt').click();
        await row.getByRole('row').filter({ hasText: '204' }).waitFor();
        await expectAccessible(page);

        await row.getByRole('button', { name: 'Resend conversation.started' }).click();
        await row.getByText('2 attempts').waitFor();
        await page.getByLabel('Status').selectOption('Given up');
        await page.getByRole('heading', { name: 'No such deliveries' }).waitFor();
        await page.reload();
        expect(new URL(page.url()).search).toBe('?status=exhausted');
        await page.getByRole('button', { name: 'Show all' }).click();
        await row.waitFor();
      });
    } finally {
      await receiver.down();
    }
  });
});

describe('the page of the system', () => {
  it('shows readiness, queues, models and settings, also in a narrow window and in Dutch', async () => {
    await inWindow(
      async (page) => {
        await page.goto('/system');
        await page.getByRole('heading', { name: 'Gereed', exact: true }).waitFor();
        await page.getByRole('list', { name: 'Gereedheid' }).getByText('database').waitFor();
        await page.getByRole('row').filter({ hasText: 'transcription-submit' }).waitFor();
        await page.getByRole('row').filter({ hasText: 'CORRECTION_MODEL' }).waitFor();
        await page.getByText('Dembrane-25-09').waitFor();
        await expectAccessible(page);
        await expectNoSideways(page);
        for (const [path, name] of [
          ['/problems', 'Problemen'],
          ['/deliveries', 'Bezorgingen'],
        ] as const) {
          await page.goto(path);
          await page.getByRole('heading', { name, exact: true }).waitFor();
          await page.getByText('Laden…').waitFor({ state: 'detached' });
          await expectNoSideways(page);
        }
      },
      { ...NARROW, locale: 'nl-NL' },
    );
  });

  it('keeps what it knows when a refresh fails, and says so', async () => {
    await inWindow(async (page) => {
      await page.goto('/system');
      await page.getByRole('heading', { name: 'Ready', exact: true }).waitFor();
      await page.route('**/api/system', (route) => route.abort());
      await page.getByText('The last refresh failed').waitFor();
      await page.getByRole('row').filter({ hasText: 'transcription-submit' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'This could not be loaded' }).waitFor();
      await page.unroute('**/api/system');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'Ready', exact: true }).waitFor();
    });
  });
});
