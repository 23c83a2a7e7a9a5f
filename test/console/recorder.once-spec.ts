import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessibility.js';
import { ConsoleWindow, startBrowser } from '../support/browser.js';
import { World } from '../support/test-service.js';
import { waitUntil } from '../support/wait-until.js';

const PIECE_SECONDS = 30;

let world: World;
let browser: Browser;

beforeAll(async () => {
  [world, browser] = await Promise.all([World.start(), startBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await world.stop();
});

async function openWindow(): Promise<ConsoleWindow> {
  const window = await ConsoleWindow.open(browser, world.api.url, { permissions: ['microphone'] });
  // The clock of the page runs, and can be set forward: half a minute is over at once.
  await window.page.clock.install();
  return window;
}

async function startRecording(page: Page, title: string): Promise<void> {
  await page.goto('/new?source=microphone');
  await page.getByLabel('Title').fill(title);
  await page.getByRole('button', { name: 'Start recording' }).click();
  await heard(page, 0);
}

/** Keys of all sound in the store of the browser: conversation, piece, slice. */
const STORED_SLICES = `(async () => {
  const opening = indexedDB.open('ringback-recorder');
  await new Promise((resolve) => opening.addEventListener('success', resolve));
  const keys = opening.result.transaction('slices').objectStore('slices').getAllKeys();
  await new Promise((resolve) => keys.addEventListener('success', resolve));
  opening.result.close();
  return keys.result;
})()`;

/** Waits until sound of a piece is in the store of the browser. */
async function heard(page: Page, piece: number): Promise<void> {
  await page.getByRole('timer').waitFor();
  await waitUntil(
    () => page.evaluate<[string, number, number][]>(STORED_SLICES),
    (slices) => slices.some(([, own]) => own === piece),
  );
}

/** Ends the current piece, and waits for sound of the next one. */
async function nextPiece(page: Page, piece: number): Promise<void> {
  await page.clock.fastForward(PIECE_SECONDS * 1_000);
  await heard(page, piece);
}

async function stopRecording(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Stop and finish' }).click();
  return shownConversation(page);
}

async function shownConversation(page: Page): Promise<string> {
  await page.waitForURL('**/c/*');
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

interface StoredChunk {
  id: string;
  position: number;
}

async function chunksOf(conversationId: string): Promise<StoredChunk[]> {
  const path = `/api/conversations/${conversationId}/chunks`;
  return (await world.api.get<{ data: StoredChunk[] }>(path)).body.data;
}

const positions = (chunks: StoredChunk[]) => chunks.map(({ position }) => position);

describe('the recorder', () => {
  it('sends each piece as a complete recording while it goes on, and finishes at its end', async () => {
    const window = await openWindow();
    const { page } = window;
    await startRecording(page, 'Recorded');
    await nextPiece(page, 1);
    await page.getByText('1 piece sent').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('2 pieces sent').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Resume' }).click();
    await heard(page, 2);
    const id = await stopRecording(page);
    const conversation = await world.api.finalizedConversation(id);
    expect(conversation).toMatchObject({ title: 'Recorded', chunks: { total: 3, completed: 3 } });
    const chunks = await chunksOf(id);
    expect(positions(chunks)).toEqual([0, 1, 2]);
    for (const chunk of chunks) {
      const { headers, body } = await world.api.get<string>(`/api/chunks/${chunk.id}/audio`);
      expect(headers.get('content-type')).toMatch(/webm/);
      // The first bytes of a file in Matroska's format, which WebM is.
      expect(body).toContain('webm');
    }
    await window.close();
  });

  it('loses nothing while the network is away', async () => {
    const window = await openWindow();
    const { page, context } = window;
    await startRecording(page, 'Offline in between');
    await nextPiece(page, 1);
    await page.getByText('1 piece sent').waitFor();
    await context.setOffline(true);
    await nextPiece(page, 2);
    await nextPiece(page, 3);
    await page.getByText('2 waiting').waitFor();
    await page.getByText('What waits is kept in this browser').waitFor();
    await context.setOffline(false);
    await page.getByText('3 pieces sent').waitFor();
    const id = await stopRecording(page);
    expect(positions(await chunksOf(id))).toEqual([0, 1, 2, 3]);
    expect((await world.api.finalizedConversation(id)).chunks.completed).toBe(4);
    await window.close();
  });

  it('keeps over a reload what was not sent, the piece that was being recorded too', async () => {
    const window = await openWindow();
    const { page } = window;
    await startRecording(page, 'Reloaded');
    await nextPiece(page, 1);
    await page.getByText('1 piece sent').waitFor();
    // The service gets the piece, but the browser never hears of it.
    await page.route('**/api/conversations/*/chunks', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await nextPiece(page, 2);
    await page.getByText('1 waiting').waitFor();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.goto('/');
    await page.getByRole('heading', { name: 'A recording was interrupted: Reloaded' }).waitFor();
    await page.getByText('2 pieces were not sent').waitFor();
    await expectAccessible(page);
    const otherTab = await window.context.newPage();
    await otherTab.goto('/');
    await otherTab.getByRole('button', { name: 'Send and finish' }).waitFor();

    await page.getByRole('button', { name: 'Send and finish' }).click();
    await page.getByText('Sending the rest').waitFor();
    await otherTab.getByRole('button', { name: 'Send and finish' }).click();
    await otherTab.getByText('Another tab is sending this recording.').waitFor();
    await page.unrouteAll();
    const id = await shownConversation(page);
    expect(positions(await chunksOf(id))).toEqual([0, 1, 2]);
    await page.goto('/');
    await page.getByRole('row').filter({ hasText: 'Reloaded' }).waitFor();
    expect(await page.getByText('A recording was interrupted').count()).toBe(0);
    await window.close();
  });

  it('keeps what the service refuses until a person decides', async () => {
    const window = await openWindow();
    const { page } = window;
    await startRecording(page, 'Deleted meanwhile');
    const { data } = (await world.api.get<{ data: { id: string }[] }>('/api/conversations?limit=1')).body;
    await world.api.send('DELETE', `/api/conversations/${data[0]?.id ?? ''}`, {});
    await page.getByRole('button', { name: 'Stop and finish' }).click();
    await page.getByRole('alert').getByText('1 piece was not accepted').waitFor();
    await page.getByText('The conversation was deleted meanwhile').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save to this device' }).click();
    expect((await download).suggestedFilename()).toBe('piece-0001.webm');
    await page.getByRole('button', { name: 'Throw away and finish' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    await window.close();
  });

  it.each([
    ['NotAllowedError', 'The browser does not allow the microphone'],
    ['NotFoundError', 'There is no microphone'],
  ])('says what to do after a %s, and opens no conversation', async (name, message) => {
    const window = await openWindow();
    const { page } = window;
    await page.addInitScript(
      `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '${name}'))`,
    );
    await page.goto('/new?source=microphone');
    await page.getByLabel('Title').fill(`Never opened: ${name}`);
    await page.getByRole('button', { name: 'Start recording' }).click();
    await page.getByRole('alert').getByText(message).waitFor();
    const found = await world.api.get<{ data: unknown[] }>(`/api/conversations?q=${name}`);
    expect(found.body.data).toEqual([]);
    await window.close();
  });
});
