import type { Locator } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { WindowResponse } from '../../src/conversations/windows/windows.dto.js';
import { expectAccessible, expectNoSideways } from '../support/accessibility.js';
import { Gate } from '../support/gate.js';
import { joinedRecording, repeatedSamples, type JoinedRecording } from '../support/joined-recording.js';
import { tabTo } from '../support/keyboard.js';
import { query } from '../support/record.js';
import { sharedBrowser } from '../support/shared-browser.js';
import { sharedWorld } from '../support/shared-world.js';
import { World } from '../support/test-service.js';

/** A permanent error of the model's provider: the part is not tried again. */
const REFUSED = { kind: 'status', status: 403, body: { error: { status: 'PERMISSION_DENIED' } } } as const;
const NARROW = { viewport: { width: 360, height: 740 } };

type Recording = Pick<JoinedRecording, 'audio'>;

const long = joinedRecording(repeatedSamples(12));
const short = joinedRecording(repeatedSamples(1));

describe('the correction of a long recording', () => {
  const world = sharedWorld(() =>
    World.start({
      // Two or three of the samples, which last eleven seconds each.
      env: { RETRY_BASE_MS: '5', CORRECTION_WINDOW_SECONDS: '25', CORRECTION_CONCURRENCY: '4' },
    }),
  );
  const open = sharedBrowser(() => world().api.url);

  async function add({ audio }: Recording, settings: object = {}): Promise<ChunkResponse> {
    const title = 'The Wilgenbrug';
    const { id } = await world().api.createConversation({ language: 'en', title, ...settings });
    return world().api.addChunk(id, { audio });
  }
  const settled = async (recording: Recording, settings?: object): Promise<ChunkResponse> =>
    world().api.settledChunk((await add(recording, settings)).id);
  const partsOf = async ({ id }: ChunkResponse): Promise<WindowResponse[]> =>
    (await world().api.get<WindowResponse[]>(`/api/chunks/${id}/windows`)).body;
  const refuseOne = (): void => {
    world().simulator.faults.add({ operation: 'correct', effect: REFUSED, times: 1 });
  };
  const counts = () => world().simulator.ledger.counts;

  /** Holds the third correction, and those after it by a second gate. */
  function holdFromThird(): [third: Gate, later: Gate] {
    const gates: [Gate, Gate] = [openedAtEnd(), openedAtEnd()];
    let answers = 0;
    world().simulator.hooks.beforeCorrectionResponse = () => {
      answers += 1;
      return answers < 3 ? undefined : gates[answers === 3 ? 0 : 1].pass();
    };
    return gates;
  }

  it('is shown part by part while it runs, and at its end by its text, without a reload', async () => {
    const [third, later] = holdFromThird();
    const { id, conversationId } = await add(long);
    await later.reached;
    const { correction } = await world().api.chunk(id);
    const total = correction?.windows.total ?? 0;
    const page = await open(`/c/${conversationId}`);
    await page.evaluate("document.body.dataset.loaded = 'once'");
    await page.getByText(`Correcting: 2 of ${total} parts`).waitFor();
    const progress = page.getByRole('progressbar', { name: 'Correction of recording 1' });
    expect(await progress.getAttribute('value')).toBe('2');
    await page.locator('.first-text', { hasText: 'As heard' }).waitFor();
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByText(`Correction in ${total} parts`).click();
    const rows = page.getByRole('table', { name: 'Parts of recording 1' }).getByRole('row');
    await expectCount(rows.filter({ hasText: 'Corrected' }), 2);
    await expectCount(rows.filter({ hasText: 'Waiting' }), total - 2);
    third.open();
    await page.getByText(`Correcting: 3 of ${total} parts`).waitFor();
    await expectCount(rows.filter({ hasText: 'Corrected' }), 3);

    later.open();
    await expectCount(rows.filter({ hasText: 'Corrected' }), total);
    await page
      .getByRole('status')
      .filter({ hasText: 'Recording 1: All parts are corrected.' })
      .waitFor({ state: 'attached' });
    expect(await page.getByRole('progressbar').count()).toBe(0);
    await page.getByRole('link', { name: 'Text', exact: true }).click();
    await page.locator('.paragraph p').first().waitFor();
    expect(await page.evaluate('document.body.dataset.loaded')).toBe('once');
  });

  it('says which part keeps what was heard, and why, and corrects it again by the keyboard', async () => {
    refuseOne();
    const chunk = await settled(long);
    const parts = await partsOf(chunk);
    const refused = parts.find(({ status }) => status === 'uncorrected');
    const before = counts().correct;
    const page = await open(`/c/${chunk.conversationId}`);
    await page.getByText(`1 of ${parts.length} parts is not corrected.`).waitFor();
    await expectAccessible(page);
    await tabTo(page, page.getByRole('link', { name: 'Which, and why' }));
    await page.keyboard.press('Enter');
    await page
      .getByRole('listitem')
      .filter({ hasText: new RegExp(`^Part ${(refused?.ordinal ?? 0) + 1}, \\d:\\d\\d–\\d:\\d\\d: `) })
      .filter({ hasText: 'The key may not use the model' })
      .waitFor();
    await tabTo(page, page.getByText(`Correction in ${parts.length} parts`));
    await page.keyboard.press('Enter');
    const rows = page.getByRole('table', { name: 'Parts of recording 1' }).getByRole('row');
    await rows.filter({ hasText: 'As heard' }).getByText('403').waitFor();
    await expectAccessible(page);

    await tabTo(page, page.getByRole('button', { name: 'Correct this part again' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByText(/is not corrected/).waitFor({ state: 'detached' });
    await expectCount(rows.filter({ hasText: 'Corrected' }), parts.length);
    await expectFocus(page.getByRole('heading', { name: 'Recording 1' }));
    expect((await world().api.chunk(chunk.id)).transcript).toBe(long.corrected);
    expect([counts().correct, counts().submit]).toEqual([before + 1, 1]);
  });

  it('is made again as a whole after a question, with the present text meanwhile', async () => {
    const chunk = await settled(long);
    const before = counts().correct;
    const gate = openedAtEnd();
    const page = await open(`/c/${chunk.conversationId}?tab=runs`);
    world().simulator.hooks.beforeCorrectionResponse = gate.pass;
    await tabTo(page, page.getByRole('button', { name: 'Correct again: recording 1' }));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Correct recording 1 again?' });
    await dialog.getByText('at the price of a new correction. Nothing is transcribed again.').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expectFocus(page.getByRole('button', { name: 'Correct again: recording 1' }));
    expect(counts().correct).toBe(before);

    await page.keyboard.press('Enter');
    await tabTo(page, dialog.getByRole('button', { name: 'Correct again' }));
    await page.keyboard.press('Enter');
    await page.getByText(/^Correcting: 0 of \d+ parts$/).waitFor();
    await expectFocus(page.getByRole('heading', { name: 'Recording 1' }));
    await page.getByRole('link', { name: 'Text', exact: true }).click();
    await page.locator('.first-text', { hasText: 'The text so far; it is being corrected again' }).waitFor();
    await page.locator('.first-text', { hasText: long.corrected }).waitFor();
    gate.open();
    await page.locator('.paragraph p').first().waitFor();
    expect([counts().correct, counts().submit]).toEqual([2 * before, 1]);
  });

  it('is retried on the page of problems, where parts that fail once more are a failure', async () => {
    refuseOne();
    const chunk = await settled(long);
    const before = counts().correct;
    const page = await open('/problems?kind=uncorrected&code=forbidden');
    const retry = page.getByRole('button', { name: 'Retry recording 1 of The Wilgenbrug' });
    refuseOne();
    await retry.click();
    await page.getByText('1 recording failed again').waitFor();
    await retry.click();
    await page.getByText('1 recording is completed').waitFor();
    expect((await world().api.chunk(chunk.id)).transcript).toBe(long.corrected);
    expect([counts().correct, counts().submit]).toEqual([before + 2, 1]);
  });

  it('is tried again without a new transcript where a recording was withheld', async () => {
    refuseOne();
    const chunk = await settled(short, { anonymize: true });
    expect(chunk.errorCode).toBe('withheld');
    const page = await open(`/c/${chunk.conversationId}`);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.paragraph p').first().waitFor();
    expect(counts().submit).toBe(1);
  });

  it('plays a part from the list, and shows its text', async () => {
    const chunk = await settled(long);
    const [, second] = await partsOf(chunk);
    const startMs = second?.startMs ?? 0;
    const page = await open(`/c/${chunk.conversationId}?tab=runs`);
    await page.getByText(/^Correction in/).click();
    await page.getByRole('button', { name: 'Play part 2 of recording 1' }).press('Enter');
    const moment = String(Math.round(startMs / 100) / 10);
    await expect.poll(() => new URL(page.url()).searchParams.get('t')).toBe(moment);
    await expect
      .poll(() => page.evaluate<number>("document.querySelector('audio').currentTime"))
      .toBeGreaterThanOrEqual(startMs / 1_000);
    await page.getByRole('link', { name: 'Text', exact: true }).click();
    await page.locator('.paragraph p').first().waitFor();
    expect(new URL(page.url()).searchParams.get('t')).toBe(moment);
  });

  it('says in plain words that there is nothing to correct', async () => {
    const chunk = await settled(short);
    const page = await open(`/c/${chunk.conversationId}?tab=runs`);
    await page.getByRole('button', { name: 'Correct again: recording 1' }).click();
    // The state after a rescue: the text is the model's own.
    await query(
      world().database.url,
      `update chunks set diarization = json_build_object('schema', 'Rescued', 'data', null) where id = $1`,
      [chunk.id],
    );
    await page.getByRole('dialog').getByRole('button', { name: 'Correct again' }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: 'What was heard is not stored any more, so it cannot be corrected again.' })
      .waitFor();
  });

  it('is one part for a short recording, and the list says why it could not be loaded', async () => {
    const chunk = await settled(short);
    const page = await open(`/c/${chunk.conversationId}?tab=runs`);
    await page.route('**/windows', (route) => route.abort());
    await page.getByText('Correction in 1 part').click();
    await page.getByRole('heading', { name: 'This could not be loaded' }).waitFor();
    await page.unroute('**/windows');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: /0:00–0:1\d.*Corrected.*Used.*\d in, \d+ out/ })
      .waitFor();
  });

  it('fits a window of 360 pixels, in Dutch and dark as well', async () => {
    refuseOne();
    const chunk = await settled(long);
    const page = await open(`/c/${chunk.conversationId}`, {
      ...NARROW,
      locale: 'nl-NL',
      colorScheme: 'dark',
    });
    await page.getByText('delen is niet gecorrigeerd').waitFor();
    await expectNoSideways(page);
    await expectAccessible(page);
    await page.goto(`/c/${chunk.conversationId}?tab=runs`);
    await page.getByText(/^Correctie in/).click();
    await page.getByRole('table', { name: 'Delen van opname 1' }).waitFor();
    await expectNoSideways(page);
    await expectAccessible(page);
  });
});

/** A gate that a failed test does not leave closed, as corrections of other tests would wait. */
function openedAtEnd(): Gate {
  const gate = new Gate();
  onTestFinished(() => {
    gate.open();
  });
  return gate;
}

/** Waits for a focus, which comes with the next answer of the API. */
async function expectFocus(element: Locator): Promise<void> {
  await element.and(element.page().locator(':focus')).waitFor();
}

/** Waits until there are as many; what the stream reports is shown after an answer of the API. */
async function expectCount(elements: Locator, count: number): Promise<void> {
  await expect.poll(() => elements.count(), { timeout: 20_000 }).toBe(count);
}
