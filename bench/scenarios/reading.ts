/**
 * Measures how fast the console shows a long text, and how smooth its scrolling is.
 *
 * Measured, in Chromium without a window and without a graphics card: the time from the end of the
 * answer with the transcript until its first paragraph is painted, the longest frame while the
 * whole text is scrolled by the wheel, and the longest frame by Chromium's own account of long
 * frames, which has only those of more than 50 ms. Once with the text in many chunks and once in
 * one. Everything runs on this machine; no recording is played.
 */
import type { Browser, Page } from 'playwright-core';
import { closing } from '../../commands/closing.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { addTranscript } from '../support/add-transcript.js';
import { withApiAndDatabase } from '../support/api-with-database.js';
import { startChromium } from '../support/chromium.js';
import { rounded } from '../support/table.js';

const WINDOW = { width: 1_280, height: 860 };
/** About what a turn of a wheel, or a swipe over a touchpad, moves in a frame. */
const WHEEL_PIXELS = 400;
const OPENING_TIMEOUT_MS = 60_000;

interface Figures {
  chunks: number;
  firstTextMs: number;
  p99FrameMs: number;
  longestFrameMs: number;
  /** Frames of more than 50 ms by Chromium's own account, and the longest of them. */
  longFrames: { count: number; longestMs: number };
}

export const reading = defineScenario({
  name: 'reading',
  measures: 'how fast the console shows a long text, and how smooth its scrolling is',
  options: {
    words: { default: 90_000, min: 1_000, meaning: 'words of the text; ten hours have 90,000' },
    chunks: { default: 60, min: 1, meaning: 'chunks of the text, beside one with all of it' },
    turns: { default: 300, min: 10, meaning: 'turns of the wheel, spread over the whole text' },
  },
  run: (values, tools) =>
    withApiAndDatabase(tools, async (url, database) => {
      const browser = await startChromium();
      return closing(
        () => browser.close(),
        async () => {
          const figures: Figures[] = [];
          for (const chunks of [values.chunks, 1]) {
            const id = await addTranscript(database, { words: values.words, chunks });
            tools.progress(`reading ${values.words} words in ${chunks} chunks`);
            figures.push(await measure(browser, `${url}/c/${id}`, { chunks, turns: values.turns }, tools));
          }
          return report(figures);
        },
      );
    }),
});

async function measure(
  browser: Browser,
  address: string,
  { chunks, turns }: { chunks: number; turns: number },
  tools: ScenarioTools,
): Promise<Figures> {
  const page = await browser.newPage({ viewport: WINDOW });
  return closing(
    () => page.close(),
    async () => {
      await page.addInitScript(NOTE_FIRST_TEXT);
      await page.goto(address);
      await page.locator('.paragraph p').first().waitFor({ timeout: OPENING_TIMEOUT_MS });
      const firstTextMs = await page.evaluate<number>(FIRST_TEXT_MS);
      tools.progress(`the first text was painted ${rounded(firstTextMs)} ms after the answer`);
      const frames = await scroll(page, turns);
      return { chunks, firstTextMs, ...frames };
    },
  );
}

/** Scrolls from the beginning to the end, one turn of the wheel a frame. */
async function scroll(page: Page, turns: number): Promise<Omit<Figures, 'chunks' | 'firstTextMs'>> {
  await page.mouse.move(WINDOW.width / 2, WINDOW.height / 2);
  await page.evaluate(WATCH_FRAMES);
  for (let turn = 0; turn < turns; turn += 1) {
    // In between a jump as by the scroll bar, so that few turns see the whole text.
    await page.evaluate(
      `scrollTo(0, (document.documentElement.scrollHeight - innerHeight) * ${turn / turns})`,
    );
    await page.mouse.wheel(0, WHEEL_PIXELS);
    await page.evaluate(NEXT_FRAME);
  }
  const { frames, long } = await page.evaluate<{ frames: number[]; long: number[] }>(
    '({ frames: window.frameTimes, long: window.longFrames })',
  );
  frames.sort((one, other) => one - other);
  return {
    p99FrameMs: frames[Math.floor(0.99 * (frames.length - 1))] ?? 0,
    longestFrameMs: frames.at(-1) ?? 0,
    longFrames: { count: long.length, longestMs: Math.max(0, ...long) },
  };
}

// Scripts of the page are texts: they run in the browser, whose types these files do not have.

/** A paragraph that is found in a frame is painted by the end of the frame. */
const NOTE_FIRST_TEXT = `
  window.firstTextAt = new Promise((resolve) => {
    new MutationObserver((_changes, observer) => {
      if (document.querySelector('.paragraph p') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    }).observe(document, { childList: true, subtree: true });
  });`;

const FIRST_TEXT_MS = `window.firstTextAt.then((ms) => ms - performance.getEntriesByType('resource')
  .findLast(({ name }) => name.includes('/transcript')).responseEnd)`;

const WATCH_FRAMES = `
  window.frameTimes = [];
  window.longFrames = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longFrames.push(duration);
  }).observe({ type: 'long-animation-frame' });
  let before;
  const watch = (now) => {
    if (before !== undefined) window.frameTimes.push(now - before);
    before = now;
    requestAnimationFrame(watch);
  };
  requestAnimationFrame(watch);`;

const NEXT_FRAME = 'new Promise((resolve) => { requestAnimationFrame(resolve); })';

function report(figures: readonly Figures[]): ScenarioResult {
  const longest = Math.max(...figures.map(({ longFrames }) => longFrames.longestMs));
  const slowest = Math.max(...figures.map(({ firstTextMs }) => firstTextMs));
  return {
    table: {
      columns: [
        'chunks',
        'first text ms',
        'frame p99 ms',
        'longest frame ms',
        'frames over 50 ms',
        'longest of them ms',
      ],
      rows: figures.map(({ chunks, firstTextMs, p99FrameMs, longestFrameMs, longFrames }) => [
        chunks,
        rounded(firstTextMs),
        rounded(p99FrameMs, 1),
        rounded(longestFrameMs, 1),
        longFrames.count,
        rounded(longFrames.longestMs, 1),
      ]),
    },
    notes: [
      `the first text is painted at most ${rounded(slowest)} ms after the answer`,
      longest === 0
        ? 'no frame took more than 50 ms while scrolling'
        : `the longest frame took ${rounded(longest)} ms while scrolling`,
    ],
    data: { figures },
  };
}
