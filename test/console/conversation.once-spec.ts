import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { holdNext } from '../support/hold-next.js';
import { sharedBrowser } from '../support/shared-browser.js';
import { sharedWorld } from '../support/shared-world.js';
import { World } from '../support/test-service.js';

const SAMPLES = ['01-opening', '02-ramp', '03-schoolroute', '04-vote'];
const TABS = ['text', 'changes', 'summary', 'runs', 'privacy'];

interface Word {
  text: string;
  start: number;
  end: number;
}

interface Transcript {
  chunks: {
    id: string;
    offsetMs: number;
    words: Word[];
    changes: { heard: string; text: string; start: number; end: number }[];
  }[];
}

interface Spoken {
  url: string;
  currentTime: number;
  isPaused: boolean;
  word: string | null;
}

describe('the page of a conversation', () => {
  const world = sharedWorld(() => World.start());
  let meeting: string;
  const open = sharedBrowser(() => world().api.url);

  beforeAll(async () => {
    meeting = await finalized(SAMPLES, { title: 'The Wilgenbrug', metadata: { room: 'Aula' } });
    await world().api.summarizedConversation(meeting);
  });

  async function finalized(samples: readonly string[], settings: object = {}): Promise<string> {
    const { api } = world();
    const { id } = await api.createConversation({ language: 'en', ...settings });
    for (const sample of samples) await api.addChunk(id, { audio: await recording(sample) });
    await api.finish(id);
    await api.finalizedConversation(id);
    return id;
  }

  async function transcriptOf(id: string): Promise<Transcript> {
    const path = `/api/conversations/${id}/transcript?format=json&include=changes`;
    return (await world().api.get<Transcript>(path)).body;
  }

  /** Name of the word that the transcript has at the time of the audio element. */
  function wordAt({ chunks }: Transcript, { url, currentTime }: Spoken): string {
    const chunk = chunks.find(({ id }) => url.includes(id));
    if (chunk === undefined) return 'no recording';
    const ms = chunk.offsetMs + currentTime * 1_000;
    const index = chunk.words.findIndex(({ start, end }) => start <= ms && ms < end);
    return index < 0 ? '' : `${chunk.id}:${index}`;
  }

  it('lights the word that is spoken at any moment, of all recordings', async () => {
    const transcript = await transcriptOf(meeting);
    const page = await open(`/c/${meeting}`);
    await page.locator('.paragraph p').first().waitFor();
    const words = transcript.chunks.flatMap((chunk) => chunk.words);
    for (const word of [words[0], words[30], words[60], words.at(-1), words[4]]) {
      const ms = ((word?.start ?? 0) + (word?.end ?? 0)) / 2;
      await page.locator('.player input[type=range]').fill(String(Math.round(ms / 1_000)));
      await expect
        .poll(async () => {
          const spoken = await spokenOn(page);
          return [Math.round(spoken.currentTime) >= 0, spoken.word === wordAt(transcript, spoken)];
        })
        .toEqual([true, true]);
    }
    // A time within a recording, as a test or an extension of the browser sets it.
    await page.evaluate(`document.querySelector('audio').currentTime = 2`);
    await expect.poll(async () => (await spokenOn(page)).currentTime).toBe(2);
    const spoken = await spokenOn(page);
    await expect.poll(async () => (await spokenOn(page)).word).toBe(wordAt(transcript, spoken));
    expect(spoken.word).not.toBe('');
  });

  it('plays the word that is clicked, and goes on with the next recording', async () => {
    const { chunks } = await transcriptOf(meeting);
    const page = await open(`/c/${meeting}`);
    const [first, second] = chunks;
    const index = first?.words.findIndex(({ text }) => text === 'bicycle') ?? -1;
    await clickWord(page, 'bicycle');
    await expect.poll(async () => (await spokenOn(page)).isPaused).toBe(false);
    const moment = String(Math.round((first?.words[index]?.start ?? 0) / 100) / 10);
    await expect.poll(() => new URL(page.url()).searchParams.get('t')).toBe(moment);
    const spoken = await spokenOn(page);
    expect(spoken.currentTime).toBeGreaterThanOrEqual(((first?.words[index]?.start ?? 0) - 100) / 1_000);
    await expect.poll(async () => (await spokenOn(page)).url, { timeout: 20_000 }).toContain(second?.id);
    await expect.poll(async () => (await spokenOn(page)).isPaused).toBe(false);
  });

  it('shows the moment of a link, and keeps the tab and the moment over a reload', async () => {
    const transcript = await transcriptOf(meeting);
    const word = transcript.chunks[2]?.words[5];
    const moment = String(Math.ceil((word?.start ?? 0) / 100) / 10);
    const page = await open(`/c/${meeting}?t=${moment}`);
    const lit = `${transcript.chunks[2]?.id ?? ''}:5`;
    await expect.poll(async () => (await spokenOn(page)).word).toBe(lit);
    await page.getByRole('link', { name: 'Summary' }).click();
    await page.locator('.summary-text').waitFor();
    await page.reload();
    await page.locator('.summary-text').waitFor();
    await page.getByRole('link', { name: 'Text', exact: true }).click();
    await expect.poll(async () => (await spokenOn(page)).word).toBe(lit);
  });

  it('compares what was heard with what was corrected, exactly as the API does', async () => {
    const { chunks } = await transcriptOf(meeting);
    const page = await open(`/c/${meeting}?tab=changes`);
    await page.locator('.change').first().waitFor();
    const shown = await page.evaluate<{ heard: string; text: string }[]>(`
      [...document.querySelectorAll('.change')].map((row) => ({
        heard: row.querySelector('del')?.lastChild.textContent ?? '',
        text: row.querySelector('ins')?.lastChild.textContent ?? '',
      }))
    `);
    const changes = chunks.flatMap((chunk) => chunk.changes);
    expect(changes.length).toBeGreaterThan(5);
    expect(shown).toEqual(changes.map(({ heard, text }) => ({ heard, text })));

    await page.locator('.change button').nth(3).click();
    const start = (changes[3]?.start ?? 0) - 1_000;
    await expect
      .poll(() => Number(new URL(page.url()).searchParams.get('t')))
      .toBeGreaterThanOrEqual(Math.floor(start / 100) / 10);
    await page.getByLabel('Changed by').selectOption('edited');
    await page.getByText('No change matches the filter.').waitFor();
    expect(new URL(page.url()).searchParams.get('origin')).toBe('edited');
  });

  it('saves an edited word, whose draft survives a reload before', async () => {
    const id = await finalized(['01-opening']);
    const page = await open(`/c/${id}`);
    await page.getByRole('button', { name: 'Edit the text of recording 1' }).click();
    const field = page.getByRole('textbox', { name: 'Edit the text of recording 1' });
    await field.fill((await field.inputValue()).replace('evening', 'morning'));
    await page.reload();
    await expect.poll(() => field.inputValue()).toContain('Good morning everyone.');
    await field.press('ControlOrMeta+Enter');
    await page.locator('.paragraph p', { hasText: 'Good morning everyone.' }).waitFor();
    await page.reload();
    await page.locator('.paragraph p', { hasText: 'Good morning everyone.' }).waitFor();
    expect((await transcriptOf(id)).chunks[0]?.words[1]).toMatchObject({ text: 'morning', origin: 'edited' });

    await page.getByRole('button', { name: 'Versions of the text of recording 1' }).click();
    await page
      .getByRole('button', { name: /^Restore version/ })
      .first()
      .click();
    await page.locator('.paragraph p', { hasText: 'Good evening everyone.' }).waitFor();
  });

  it('shows both texts when somebody else was faster, and keeps the one that is chosen', async () => {
    const id = await finalized(['01-opening']);
    const [chunk] = (await transcriptOf(id)).chunks;
    const { api } = world();
    const { revision } = (await api.get<{ revision: number }>(`/api/chunks/${chunk?.id ?? ''}`)).body;
    const page = await open(`/c/${id}`);
    await page.getByRole('button', { name: 'Edit the text of recording 1' }).click();
    const field = page.getByRole('textbox', { name: 'Edit the text of recording 1' });
    await field.fill('My text.');
    await api.send('PUT', `/api/chunks/${chunk?.id ?? ''}/transcript`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'Their text.', revision }),
    });
    await field.press('ControlOrMeta+Enter');
    const conflict = page.locator('.conflict');
    await conflict.getByText('Their text.').waitFor();
    await conflict.getByText('My text.').waitFor();
    await page.getByRole('button', { name: 'Keep mine on top' }).click();
    await page.locator('.paragraph p', { hasText: 'My text.' }).waitFor();
    expect((await api.chunk(chunk?.id ?? '')).transcript).toBe('My text.');
  });

  it('shows the first text while it is corrected, and then the corrected one, without a reload', async () => {
    const { api } = world();
    const { id } = await api.createConversation({ language: 'en' });
    const page = await open(`/c/${id}`);
    await page.getByText('There are no recordings yet').waitFor();
    const correction = holdNext(world(), 'beforeCorrectionResponse');
    await api.addChunk(id, { audio: await recording('01-opening') });
    await page.locator('.first-text', { hasText: 'Maria Tapestry' }).waitFor();
    correction.open();
    await page.locator('.paragraph p', { hasText: 'Marijke Terpstra' }).waitFor();
    await expect.poll(() => page.locator('.first-text').count()).toBe(0);
  });

  it('exports a Word file', async () => {
    const page = await open(`/c/${meeting}`);
    await page.getByText('Export').click();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Word (.docx)' }).click();
    expect((await download).suggestedFilename()).toMatch(/\.docx$/);
    const content = await readFile(await (await download).path());
    // A Word file is a ZIP file.
    expect(content.subarray(0, 2).toString()).toBe('PK');
  });

  it('is used with the keyboard alone', async () => {
    const { chunks } = await transcriptOf(meeting);
    const page = await open(`/c/${meeting}`);
    const text = page.getByRole('group', { name: /^Text/ });
    await text.waitFor();
    await pressUntil(page, 'Tab', '.reading');
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await page
      .getByRole('status')
      .filter({ hasText: /^the, 0:1\d/ })
      .waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^Ringdijk, 0:1\d, heard as ring dike$/).waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await spokenOn(page)).isPaused).toBe(false);
    expect((await spokenOn(page)).url).toContain(chunks[1]?.id);
    await page.keyboard.press('Space');
    await expect.poll(async () => (await spokenOn(page)).isPaused).toBe(true);
    const before = (await spokenOn(page)).currentTime;
    await page.keyboard.press('l');
    await expect.poll(async () => (await spokenOn(page)).currentTime).toBeGreaterThan(before + 4);

    await page.keyboard.press('Shift+Tab');
    await pressUntil(page, 'Shift+Tab', '.page-title button');
    await pressUntil(page, 'Shift+Tab', '.page-title button:first-of-type');
    await page.keyboard.press('Enter');
    await page.locator('.title-form input:focus').waitFor();
    await page.keyboard.type('A new name');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'A new name' }).waitFor();
    await world().api.patch(`/api/conversations/${meeting}`, { title: 'The Wilgenbrug' });
  });

  it('is in Dutch for whoever reads Dutch; the text keeps its own language', async () => {
    const page = await open(`/c/${meeting}`, { locale: 'nl-NL' });
    await page.getByRole('link', { name: 'Wijzigingen' }).waitFor();
    await page.getByRole('button', { name: 'Afspelen' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('nl');
    expect(await page.locator('.chunk-text').first().getAttribute('lang')).toBe('en');
  });

  it('fits a window of 320 pixels, and axe finds nothing serious on any tab', async () => {
    const page = await open(`/c/${meeting}`, { viewport: { width: 320, height: 700 } });
    for (const tab of TABS) {
      await page.goto(`/c/${meeting}?tab=${tab}`);
      await page
        .locator(tab === 'text' ? '.paragraph p' : `.${tab}`)
        .first()
        .waitFor();
      expect([tab, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([tab, 320]);
      expect([tab, await page.evaluate(`document.querySelector('.player').scrollWidth`)]).toEqual([tab, 320]);
      expect([tab, await seriousProblems(page)]).toEqual([tab, []]);
    }
  });

  it('shows markup in titles and texts as text', async () => {
    const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const id = await finalized(['01-opening'], { title: markup, metadata: { note: markup } });
    const [chunk] = (await transcriptOf(id)).chunks;
    const { revision } = (await world().api.get<{ revision: number }>(`/api/chunks/${chunk?.id ?? ''}`)).body;
    await world().api.send('PUT', `/api/chunks/${chunk?.id ?? ''}/transcript`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: markup, revision }),
    });
    const page = await open(`/c/${id}`);
    await page.locator('.paragraph p', { hasText: markup }).waitFor();
    await page.getByRole('heading', { level: 1, name: markup }).waitFor();
    expect(await page.locator('main :is(img, script)').count()).toBe(0);
    expect(await page.title()).toBe(`${markup} · Ringback`);
  });

  it('keeps the text when the recordings were removed, and says so', async () => {
    const page = await open('/');
    await page.route(`**/api/conversations/${meeting}/audio`, async (route) => {
      const response = await route.fetch();
      const list = (await response.json()) as object[];
      await route.fulfill({ json: list.map((one) => ({ ...one, gone: true })) });
    });
    await page.goto(`/c/${meeting}`);
    await page.getByText('The recordings were removed. The text stays.').waitFor();
    await page.locator('.paragraph p').first().waitFor();
    expect(await page.getByRole('button', { name: 'Play', exact: true }).isDisabled()).toBe(true);
  });

  it('deletes the conversation after a word was typed, and says what became of it', async () => {
    const id = await finalized(['01-opening']);
    const page = await open(`/c/${id}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const confirm = page.getByRole('button', { name: 'Delete for good' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByRole('dialog').getByRole('textbox').fill('delete');
    await confirm.click();
    await page.getByRole('heading', { level: 1, name: 'This conversation was deleted' }).waitFor();
    expect((await world().api.get(`/api/conversations/${id}`)).status).toBe(404);
  });
});

async function recording(sample: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(new URL(`../../samples/${sample}.wav`, import.meta.url)));
}

async function spokenOn(page: Page): Promise<Spoken> {
  return page.evaluate<Spoken>(`(() => {
    const { currentSrc, currentTime, paused } = document.querySelector('audio');
    const word = document.querySelector('.reading')?.getAttribute('data-word') ?? null;
    return { url: currentSrc, currentTime, isPaused: paused, word };
  })()`);
}

/** Clicks the first occurrence of a word in the text. */
async function clickWord(page: Page, word: string): Promise<void> {
  await page.locator('.paragraph p', { hasText: word }).first().scrollIntoViewIfNeeded();
  const { x, y } = await page.evaluate<{ x: number; y: number }>(`(() => {
    const texts = [...document.querySelectorAll('.paragraph p')].map((paragraph) => paragraph.firstChild);
    const text = texts.find(({ data }) => data.includes('${word}'));
    const range = document.createRange();
    range.setStart(text, text.data.indexOf('${word}'));
    range.setEnd(text, text.data.indexOf('${word}') + ${word.length});
    const { left, width, top, height } = range.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  })()`);
  await page.mouse.click(x, y);
}

/** Presses a key until an element has the focus. */
async function pressUntil(page: Page, key: string, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await page.evaluate<boolean>(`document.activeElement.matches('${selector}')`)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never reaches ${selector}`);
}

/** Runs axe on a page, and returns what it finds serious. */
async function seriousProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes[0].html),
  )`);
}
