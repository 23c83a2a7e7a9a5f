import { existsSync, readFileSync } from 'node:fs';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { redactPatterns, redactPatternsInSteps } from './redact-patterns.js';
import { redactResponse } from './redact-response.js';

/** Five megabytes may take a minute on a busy machine. */
const TIMEOUT_MS = 600_000;

/**
 * Longest acceptable blocking of the event loop. Processor time, so that other processes on the
 * machine do not count.
 */
const MAX_BLOCKING_MS = 200;

const SPEECH =
  'Well, I think that we should talk about what the people in the town have said about it. In 2019 we ' +
  'had 12 of them, and that was enough for 3 years. Call me on 06 12345678 or mail jan@example.nl. ';

function long(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

/**
 * Returns the processor time of this thread if available, else of all threads, including garbage
 * collection.
 */
function processorMs(): number {
  const file = `/proc/self/task/${process.pid}/schedstat`;
  if (existsSync(file)) return Number(readFileSync(file, 'utf8').split(' ')[0]) / 1_000_000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Measures the longest processor time between two iterations of the event loop during the work. */
async function longestBlockingMs(work: () => Promise<unknown>): Promise<number> {
  const state = { isDone: false, longestMs: 0, lastMs: processorMs() };
  const done = work().finally(() => {
    state.isDone = true;
  });
  while (!state.isDone) {
    const nowMs = processorMs();
    state.longestMs = Math.max(state.longestMs, nowMs - state.lastMs);
    state.lastMs = nowMs;
    await nextIteration();
  }
  await done;
  return state.longestMs;
}

vi.setConfig({ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS });

describe('redaction in steps', () => {
  it('gives the same result as redaction at once', async () => {
    const text = long(SPEECH, 100_000);
    expect(await redactPatternsInSteps(text)).toEqual(redactPatterns(text));
  });

  it.each([
    ['speech', SPEECH, 100_000],
    ['speech without data', SPEECH.replace(/Call.*/, ''), 5_000_000],
    ['numbers', '1 2 3 ', 100_000],
    ['number words', 'een zes ', 100_000],
    ['codes', 'A1-', 100_000],
    ['addresses', '@a.', 100_000],
    ['other digits', '١٢ ', 100_000],
  ])('yields to the event loop during a long text of %s', async (_name, piece, length) => {
    const text = long(piece, length);
    redactPatterns(long(piece, 20_000));
    expect(await longestBlockingMs(() => redactPatternsInSteps(text))).toBeLessThan(MAX_BLOCKING_MS);
  });

  it('yields to the event loop during a long response of a provider', async () => {
    const text = long(SPEECH, 300_000);
    const words = text.split(' ').map((word, index) => ({ text: word, start: index, end: index + 1 }));
    const response = { text, words, utterances: [{ text, words }] };
    expect(await longestBlockingMs(() => redactResponse(response))).toBeLessThan(MAX_BLOCKING_MS);
  });
});
