import { describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import { expectError } from './support/expect-error.js';
import { settleChunk } from './support/one-chunk.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

interface Transcript {
  stats: object;
  chunks: {
    transcript: string;
    words: { text: string; start: number; end: number; origin?: string; heard?: string }[];
    changes: { origin: string; heard: string; text: string; start: number; end: number }[];
  }[];
}

const saying = (text: string): Effect => ({
  kind: 'text',
  text: JSON.stringify({ corrected_transcript: text, note: '' }),
});

describe('a transcript with its changes', () => {
  const world = sharedWorld(() => World.start({ env: { RETRY_BASE_MS: '5' } }));

  /** Makes a conversation of one chunk, whose heard text the correction replaces. */
  async function corrected(heard: string, correction: Effect, settings: object = {}) {
    world().simulator.faults.add(
      { operation: 'submit', effect: { kind: 'outcome', text: heard } },
      { operation: 'correct', effect: correction },
    );
    return settleChunk(world().api, settings);
  }

  async function changesOf(conversationId: string): Promise<Transcript> {
    const { status, body } = await world().api.get<Transcript>(
      `/api/conversations/${conversationId}/transcript?format=json&include=changes`,
    );
    expect(status).toBe(200);
    return body;
  }

  it('names the origin of each word, and lists what the correction changed, added and left out', async () => {
    const { conversationId } = await corrected(
      'we uh met jon in amster dam',
      saying('We met John in old Amsterdam'),
    );
    const { stats, chunks } = await changesOf(conversationId);
    const [chunk] = chunks;

    expect(chunk?.words.map(({ text, origin, heard }) => [text, origin, heard])).toEqual([
      ['We', 'corrected', 'we'],
      ['met', 'heard', undefined],
      ['John', 'corrected', 'jon'],
      ['in', 'heard', undefined],
      ['old', 'corrected', 'amster dam'],
      ['Amsterdam', 'corrected', 'amster dam'],
    ]);
    const time = { start: expect.any(Number) as unknown, end: expect.any(Number) as unknown };
    expect(chunk?.changes).toEqual([
      { origin: 'corrected', heard: 'we', text: 'We', ...time, firstWord: 0, words: 1, minor: true },
      { origin: 'corrected', heard: 'uh', text: '', ...time, firstWord: 1, words: 0, minor: false },
      { origin: 'corrected', heard: 'jon', text: 'John', ...time, firstWord: 2, words: 1, minor: false },
      {
        origin: 'corrected',
        heard: 'amster dam',
        text: 'old Amsterdam',
        ...time,
        firstWord: 4,
        words: 2,
        minor: false,
      },
    ]);
    expect(stats).toEqual({ words: 6, changed: 4, added: 0, removed: 1 });
  });

  it('gives the times of the words that were left out', async () => {
    const { conversationId } = await corrected('yes uh no', saying('yes no'));
    const [chunk] = (await changesOf(conversationId)).chunks;
    const [yes, no] = chunk?.words ?? [];
    const [change] = chunk?.changes ?? [];
    expect(change).toMatchObject({ heard: 'uh', text: '' });
    expect(change?.start).toBeGreaterThanOrEqual(yes?.end ?? Infinity);
    expect(change?.end).toBeLessThanOrEqual(no?.start ?? -Infinity);
  });

  it('is all heard when the correction failed', async () => {
    const { conversationId } = await corrected('just as heard', {
      kind: 'blocked',
      reason: 'PROHIBITED_CONTENT',
    });
    const { stats, chunks } = await changesOf(conversationId);
    expect(chunks[0]?.words.map(({ origin }) => origin)).toEqual(['heard', 'heard', 'heard']);
    expect(chunks[0]?.changes).toEqual([]);
    expect(stats).toEqual({ words: 3, changed: 0, added: 0, removed: 0 });
  });

  it('compares with the redacted first-stage text where personal data must not be stored', async () => {
    const { conversationId } = await corrected(
      'call 06 12345678 now',
      saying('Call <redacted_phone> right now'),
      { redactPii: true },
    );
    const [chunk] = (await changesOf(conversationId)).chunks;
    expect(chunk?.changes.map(({ heard, text }) => [heard, text])).toEqual([
      ['call', 'Call'],
      ['', 'right'],
    ]);
  });

  it('knows no origins in an anonymized conversation, which stores no first-stage text', async () => {
    const { conversationId } = await corrected('my name is jan', saying('My name is <redacted_name>'), {
      anonymize: true,
    });
    const [chunk] = (await changesOf(conversationId)).chunks;
    expect(chunk?.words).toHaveLength(4);
    expect(chunk?.words.every((word) => !('origin' in word))).toBe(true);
    expect(chunk?.changes).toEqual([]);
  });

  it('has no changes unless they are asked for, nor in other formats', async () => {
    const { conversationId } = await corrected('jon', saying('John'));
    const path = `/api/conversations/${conversationId}/transcript`;
    const json = JSON.stringify((await world().api.get(`${path}?format=json`)).body);
    expect(json).not.toContain('changes');
    expect(json).not.toContain('origin');
    expect((await world().api.get(`${path}?format=text&include=changes`)).body).toBe('John');
  });

  it.each(['words', '', 'changes,changes', 'changes&include=changes', 'constructor'])(
    'is refused with include=%s',
    async (include) => {
      const { id } = await world().api.createConversation();
      const path = `/api/conversations/${id}/transcript?format=json&include=${include}`;
      expectError(await world().api.get(path), 400);
    },
  );
});
