import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, expectNoSideways } from '../support/accessibility.js';
import { wav } from '../support/api.js';
import { ConsoleWindow, startBrowser } from '../support/browser.js';
import { Gate } from '../support/gate.js';
import { World } from '../support/test-service.js';

const OPENING = fileURLToPath(new URL('../../samples/01-opening.wav', import.meta.url));
const UPLOAD_BYTES = '**/api/uploads/*';
const MAX_UPLOAD_BYTES = 1_000_000;

let world: World;
let browser: Browser;

beforeAll(async () => {
  [world, browser] = await Promise.all([
    World.start({ env: { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) } }),
    startBrowser(),
  ]);
});

afterAll(async () => {
  await browser.close();
  await world.stop();
});

const inWindow = (test: (page: Page) => Promise<void>, options?: BrowserContextOptions): Promise<void> =>
  ConsoleWindow.use(browser, world.api.url, test, options);

const recording = (name: string) => ({ name, mimeType: 'audio/wav', buffer: Buffer.from(wav(name)) });

async function chooseFiles(page: Page, files: { name: string; mimeType: string; buffer: Buffer }[]) {
  await page.goto('/new');
  await page.getByLabel('Choose files').setInputFiles(files);
}

async function send(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Create and send' }).click();
}

async function openedConversation(page: Page): Promise<string> {
  await page.waitForURL('**/c/*');
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/** The one above chooses the language of the console. */
const languageField = (page: Page) => page.locator('form').getByRole('combobox', { name: 'Language' });

/** Bytes of the chunks of a conversation, by position. */
async function storedSounds(conversationId: string): Promise<string[]> {
  const path = `/api/conversations/${conversationId}/chunks`;
  const { data } = (await world.api.get<{ data: { id: string; position: number }[] }>(path)).body;
  return Promise.all(
    data.map(async ({ id }) => {
      const { body } = await world.api.get<string>(`/api/chunks/${id}/audio`);
      return /name:(\S+?)\0/.exec(body)?.[1] ?? 'nothing';
    }),
  );
}

describe('a new conversation from files', () => {
  it('has the settings and the new project that were chosen', async () => {
    await inWindow(async (page) => {
      await chooseFiles(page, [recording('one')]);
      await page.getByLabel('Title').fill('Council');
      await page.getByRole('combobox', { name: 'Project' }).selectOption('New project…');
      await page.getByLabel('Name of the new project').fill('Merwede');
      await languageField(page).fill('nl');
      await page.getByLabel('Hotwords').fill('Wilgenbrug\nHavenkwartier');
      await page.getByLabel('Tell speakers apart').check();
      await page.getByLabel('Redact personal data').check();
      await page.getByLabel('Finish when everything is sent').uncheck();
      await send(page);
      const conversation = await world.api.conversation(await openedConversation(page));
      expect(conversation).toMatchObject({
        title: 'Council',
        language: 'nl',
        transcriptPrompt: 'Wilgenbrug, Havenkwartier',
        speakerLabels: true,
        redactPii: true,
        anonymize: false,
        status: 'open',
        chunks: { total: 1 },
      });
      const project = await world.api.get(`/api/projects/${conversation.projectId ?? ''}`);
      expect(project.body).toMatchObject({ name: 'Merwede' });
    });
  });

  it('shows a refused setting at its field, and keeps everything else', async () => {
    await inWindow(async (page) => {
      await chooseFiles(page, [recording('one')]);
      const project = page.getByRole('combobox', { name: 'Project' });
      await project.selectOption('New project…');
      await page.getByLabel('Name of the new project').fill('Made only once');
      const language = languageField(page);
      await language.fill('klingon');
      await send(page);
      await page.getByText('language must be auto').waitFor();
      expect(await language.getAttribute('aria-invalid')).toBe('true');
      await project.locator('option:checked', { hasText: 'Made only once' }).waitFor({ state: 'attached' });
      await language.fill('auto');
      await send(page);
      const { language: kept, projectId } = await world.api.conversation(await openedConversation(page));
      expect(kept).toBe('auto');
      const { data } = (await world.api.get<{ data: { id: string; name: string }[] }>('/api/projects')).body;
      const made = data.filter(({ name }) => name === 'Made only once');
      expect(made.map(({ id }) => id)).toEqual([projectId]);
    });
  });

  it('has its files in the chosen order, each once, though an answer was lost', async () => {
    await inWindow(async (page) => {
      const names = ['name:part-10', 'name:part-2', 'name:part-1'];
      await chooseFiles(page, names.map(recording));
      await page.getByRole('button', { name: 'Move name:part-10 up' }).click();
      let lost = 0;
      await page.route(UPLOAD_BYTES, async (route) => {
        if (lost > 0 || route.request().method() !== 'PATCH') return route.fallback();
        lost += 1;
        // The service has the recording, but the browser never hears of it.
        await route.fetch();
        return route.abort();
      });
      await send(page);
      const id = await openedConversation(page);
      expect(await storedSounds(id)).toEqual(['part-1', 'part-10', 'part-2']);
      expect(lost).toBe(1);
      expect((await world.api.finalizedConversation(id)).chunks.total).toBe(3);
    });
  });

  it('says which files are no recordings or too large, and goes on without them', async () => {
    await inWindow(async (page) => {
      const buffer = Buffer.alloc(MAX_UPLOAD_BYTES + 100_000);
      await chooseFiles(page, [
        recording('a.wav'),
        { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') },
        { name: 'whole-day.wav', mimeType: 'audio/wav', buffer },
      ]);
      await send(page);
      await page.getByText('This is not a recording that can be transcribed').waitFor();
      await page.getByText('This file is larger than this Ringback accepts').waitFor();
      await page.getByRole('button', { name: 'Leave out notes.txt' }).click();
      await page.getByRole('button', { name: 'Leave out whole-day.wav' }).click();
      const conversation = await world.api.conversation(await openedConversation(page));
      expect(conversation.chunks.total).toBe(1);
      expect(conversation.status).not.toBe('open');
    });
  });

  it('cancels a file, sends it again when asked to, and warns before the page is left', async () => {
    await inWindow(async (page) => {
      const gate = new Gate();
      await page.route(UPLOAD_BYTES, async (route) => {
        await gate.pass();
        await route.fallback();
      });
      await chooseFiles(page, [recording('only.wav')]);
      await send(page);
      await gate.reached;
      const warning = page.waitForEvent('dialog');
      await page.close({ runBeforeUnload: true });
      const dialog = await warning;
      expect(dialog.type()).toBe('beforeunload');
      await dialog.dismiss();

      // Other pages of the console do not disturb it.
      await page.getByRole('link', { name: 'Problems' }).click();
      await page.getByRole('link', { name: 'Sending recordings…' }).click();
      await page.getByRole('button', { name: 'Cancel only.wav' }).click();
      await page.getByText('Canceled').waitFor();
      await page.locator('button:focus', { hasText: 'Try again' }).waitFor();
      gate.open();
      await page.getByRole('button', { name: 'Try again only.wav' }).click();
      const id = await openedConversation(page);
      expect((await world.api.conversation(id)).chunks.total).toBe(1);
    });
  });

  it('goes on where it was after the connection was lost, and after the page was loaded again', async () => {
    await inWindow(async (page) => {
      const content = await readFile(OPENING);
      const offsets: number[] = [];
      const half = Math.floor(content.length / 2);
      const isLost = new Gate();
      await page.route(UPLOAD_BYTES, async (route) => {
        const request = route.request();
        if (request.method() !== 'PATCH') return route.fallback();
        offsets.push(Number(request.headers()['upload-offset']));
        if (offsets.length === 1) {
          // The service gets the first half, and the browser hears nothing.
          await route.fetch({ postData: content.subarray(0, half) });
          return route.abort();
        }
        if (offsets.length === 2) await isLost.pass();
        return route.fallback();
      });
      await page.goto('/new');
      // From the disk, as only such a file has the same time when it is chosen again.
      await page.getByLabel('Choose files').setInputFiles(OPENING);
      await send(page);
      await isLost.reached;
      page.on('dialog', (dialog) => void dialog.accept());
      await page.reload();
      await page.getByText('Not everything of 01-opening.wav was sent').waitFor();
      await page.getByLabel('Choose the files again').setInputFiles([recording('other.wav')]);
      await page.getByText('These are not the files that were being sent').waitFor();
      await page.getByLabel('Choose the files again').setInputFiles(OPENING);

      const id = await openedConversation(page);

      expect(offsets.slice(0, 3)).toEqual([0, half, half]);
      expect((await world.api.finalizedConversation(id)).chunks.total).toBe(1);
      const { data } = (await world.api.get<{ data: { id: string }[] }>(`/api/conversations/${id}/chunks`))
        .body;
      const sound = await fetch(`${world.api.url}/api/chunks/${data[0]?.id}/audio`);
      expect(Buffer.from(await sound.arrayBuffer()).equals(content)).toBe(true);
      expect(await page.evaluate('localStorage.getItem("ringback.uploads")')).toBeNull();
    });
  });

  it('takes files that are dropped, and asks for one when there are none', async () => {
    await inWindow(async (page) => {
      await page.goto('/new');
      await send(page);
      await page.getByText('Choose at least one recording.').waitFor();
      const transfer = await page.evaluateHandle(`(() => {
        const dropped = new DataTransfer();
        dropped.items.add(new File(['sound'], 'dropped.wav', { type: 'audio/wav' }));
        return dropped;
      })()`);
      await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer: transfer });
      await page.getByRole('listitem').getByText('dropped.wav').waitFor();
      await page.getByRole('button', { name: 'Take dropped.wav out' }).click();
      expect(await page.getByRole('listitem').count()).toBe(0);
      await page.locator('input[name=files]:focus').waitFor();
    });
  });

  it('is readable at 320 pixels, in Dutch, and by screen readers', async () => {
    await inWindow(
      async (page) => {
        await page.goto('/new');
        await page.getByLabel('Bestanden kiezen').setInputFiles([OPENING]);
        await page.getByRole('heading', { name: 'Nieuw gesprek' }).waitFor();
        await expectNoSideways(page);
        await expectAccessible(page);
        await page.getByLabel('Microfoon').check();
        await page.getByRole('button', { name: 'Opname starten' }).waitFor();
        await page.reload();
        expect(await page.getByLabel('Microfoon').isChecked()).toBe(true);
      },
      { viewport: { width: 320, height: 640 }, locale: 'nl-NL' },
    );
  });
});
