import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InvalidFaultError } from './fault-check.js';
import type { Fault } from './fault-types.js';
import { FaultBoard } from './faults.js';
import { SeededRandom } from './seeded-random.js';
import { type Simulator, startSimulator } from './simulator.js';
import { ApiClient } from './testing/api-client.js';

const hang: Fault = { operation: 'get', effect: { kind: 'hang' } };

describe('the fault board', () => {
  const boardWith = (...faults: Fault[]) => {
    const board = new FaultBoard(new SeededRandom(7));
    board.add(...faults);
    return board;
  };

  it('lets a fault strike as often as it says, then never again', () => {
    const board = boardWith({ ...hang, times: 2 });
    const struck = [1, 2, 3].map(() => board.take('get', {}).has('hang'));
    expect(struck).toEqual([true, true, false]);
    expect(board.list()).toMatchObject([{ left: 0, struck: 2 }]);
  });

  it('applies the fault that was added first, and the next one when it is used up', () => {
    const board = boardWith({ ...hang, times: 1 }, { operation: 'get', effect: { kind: 'cut' } });
    expect([1, 2].map(() => board.take('get', {}).label)).toEqual(['hang', 'cut']);
  });

  it('combines effects that do not exclude each other', () => {
    const board = boardWith(
      { operation: 'submit', effect: { kind: 'delay', ms: 5 } },
      { operation: 'submit', effect: { kind: 'lostReply' } },
      { operation: 'submit', effect: { kind: 'outcome', status: 'error' } },
    );
    expect(board.take('submit', {}).label).toBe('delay+lostReply+outcome');
  });

  it('never strikes another operation', () => {
    expect(boardWith(hang).take('list', {}).has('hang')).toBe(false);
  });

  it('keeps kinds that the caller does not accept for later', () => {
    const board = boardWith({ operation: 'webhook', times: 1, effect: { kind: 'early' } });
    expect(board.take('webhook', {}, (kind) => kind !== 'early').has('early')).toBe(false);
    expect(board.take('webhook', {}).has('early')).toBe(true);
  });

  const subject = {
    submission: 's-1',
    transcriptId: 't-1',
    model: 'gemini-3.8-flash',
    audioUrl: 'https://example.org/one.wav?sig=1',
    prompt: 'Correct this.',
  };
  const matching: [Fault['match'], boolean][] = [
    [{ submission: 's-1' }, true],
    [{ submission: 's-2' }, false],
    [{ transcriptId: 't-1', model: 'gemini-3.8-flash' }, true],
    [{ transcriptId: 't-1', model: 'gemini-3.5-flash-lite' }, false],
    [{ audioUrlContains: 'one.wav' }, true],
    [{ audioUrlContains: 'two.wav' }, false],
    [{ promptContains: 'Correct' }, true],
    [{ promptContains: 'Summarize' }, false],
  ];
  it.each(matching)('with the match %j strikes: %s', (match, strikes) => {
    expect(
      boardWith({ ...hang, match })
        .take('get', subject)
        .has('hang'),
    ).toBe(strikes);
  });

  it('draws no random number for a request that it does not match', () => {
    const run = (strangers: number) => {
      const board = boardWith({ ...hang, probability: 0.5, match: { submission: 's-2' } });
      return Array.from({ length: 50 }, () => {
        for (let count = 0; count < strangers; count += 1) {
          board.take('get', subject);
        }
        return board.take('get', { submission: 's-2' }).has('hang');
      });
    };
    expect(run(3)).toEqual(run(0));
  });

  it('does not use up a fault on a request that it does not match', () => {
    const board = boardWith({ ...hang, times: 1, match: { submission: 's-2' } });
    board.take('get', subject);
    expect(board.take('get', { submission: 's-2' }).has('hang')).toBe(true);
  });

  it('draws a probability from the seed: runs repeat, and about the requested share is struck', () => {
    const run = () => {
      const board = boardWith({ ...hang, probability: 0.25 });
      return Array.from({ length: 1000 }, () => board.take('get', {}).has('hang'));
    };
    const struck = run();
    expect(run()).toEqual(struck);
    const share = struck.filter(Boolean).length / struck.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  const impossible: [string, unknown][] = [
    ['no object', 'hang'],
    ['an unknown operation', { operation: 'fetch', effect: { kind: 'hang' } }],
    ['no effect', { operation: 'get' }],
    ['an unknown effect', { operation: 'get', effect: { kind: 'explode' } }],
    ['an effect of another operation', { operation: 'get', effect: { kind: 'early' } }],
    ['an HTTP effect on the callback', { operation: 'webhook', effect: { kind: 'hang' } }],
    ['an unknown match', { ...hang, match: { id: '1' } }],
    ['a misspelt field', { ...hang, time: 1 }],
    ['no status', { operation: 'get', effect: { kind: 'status' } }],
    ['times of 0', { ...hang, times: 0 }],
    ['a probability above 1', { ...hang, probability: 25 }],
  ];
  it.each(impossible)('refuses a fault with %s, and adds none of the same call', (_case, fault) => {
    const board = boardWith();
    expect(() => {
      board.add(hang, fault as Fault);
    }).toThrow(InvalidFaultError);
    expect(board.list()).toHaveLength(0);
  });
});

describe('a request that a fault strikes', () => {
  let simulator: Simulator;
  let api: ApiClient;

  beforeAll(async () => {
    simulator = await startSimulator();
    api = new ApiClient(simulator);
  });
  afterEach(() => simulator.reset());
  afterAll(() => simulator.close());

  const gemini = (properties: object) => () =>
    new ApiClient(simulator, { 'x-goog-api-key': 'k' }).request(
      'POST',
      '/v1beta/models/gemini-3.8-flash:generateContent',
      { contents: [{ parts: [{ text: 'x' }] }], generationConfig: { responseSchema: { properties } } },
    );
  const requests: [Exclude<Fault['operation'], 'webhook'>, () => Promise<unknown>][] = [
    ['submit', () => api.submit()],
    ['get', () => api.get('t-1')],
    ['list', () => api.request('GET', '/v2/transcript')],
    ['delete', () => api.request('DELETE', '/v2/transcript/t-1')],
    ['upload', () => api.request('POST', '/v2/upload', new Uint8Array(100_000))],
    ['correct', gemini({ corrected_transcript: {} })],
    ['summarize', gemini({ summary: {} })],
  ];

  it.each(requests)('%s can get any status, with headers', async (operation, send) => {
    simulator.faults.add({
      operation,
      effect: { kind: 'status', status: 429, body: { error: 'slow down' }, headers: { 'retry-after': '7' } },
    });
    const answer = (await send()) as Awaited<ReturnType<ApiClient['get']>>;
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(answer.json).toEqual({ error: 'slow down' });
    expect(simulator.ledger.transcripts.size).toBe(0);
  });

  it.each(requests)('%s can be cut', async (operation, send) => {
    simulator.faults.add({ operation, effect: { kind: 'cut' } });
    await expect(send()).rejects.toThrow('fetch failed');
    expect(simulator.ledger.counts[operation]).toBe(1);
  });

  it('can get an empty 503 and a web page as 502', async () => {
    simulator.faults.add(
      { operation: 'get', times: 1, effect: { kind: 'status', status: 503 } },
      {
        operation: 'get',
        effect: {
          kind: 'status',
          status: 502,
          body: '<html>Bad Gateway</html>',
          headers: { 'content-type': 'text/html' },
        },
      },
    );
    expect(await api.get('t-1')).toMatchObject({ status: 503, text: '' });
    const page = await api.get('t-1');
    expect(page).toMatchObject({ status: 502, text: '<html>Bad Gateway</html>' });
    expect(page.headers.get('content-type')).toBe('text/html');
  });

  it('can get a 200 with any body, as JSON by its type', async () => {
    simulator.faults.add({ operation: 'submit', effect: { kind: 'body', body: '{"id": ' } });
    const answer = await api.submit();
    expect(answer).toMatchObject({ status: 200, text: '{"id": ' });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(simulator.ledger.transcripts.size).toBe(0);
  });

  it('that lost its reply was processed nevertheless', async () => {
    simulator.faults.add({ operation: 'submit', effect: { kind: 'lostReply' } });
    await expect(api.submit()).rejects.toThrow('fetch failed');
    expect(simulator.ledger.transcripts.size).toBe(1);
    expect(simulator.ledger.submits).toMatchObject([
      { status: null, fault: 'lostReply', transcriptId: expect.any(String) as unknown },
    ]);
  });

  it('that got a 502 after the work was done has made its transcript', async () => {
    simulator.faults.add({ operation: 'submit', effect: { kind: 'status', status: 502, workDone: true } });
    expect((await api.submit()).status).toBe(502);
    expect(simulator.ledger.transcripts.size).toBe(1);
  });

  it('that hangs is not answered, and is released by a reset', async () => {
    simulator.faults.add({ operation: 'get', effect: { kind: 'hang' } });
    const answer = api.get('t-1');
    await simulator.waitFor(({ gets }) => gets[0]?.fault === 'hang');
    expect(simulator.ledger.gets[0]?.status).toBeNull();
    await simulator.reset();
    await expect(answer).rejects.toThrow('fetch failed');
  });

  it('that is delayed is answered that much later', async () => {
    simulator.faults.add({ operation: 'list', effect: { kind: 'delay', ms: 60 } });
    const started = Date.now();
    expect((await api.request('GET', '/v2/transcript')).status).toBe(200);
    expect(Date.now() - started).toBeGreaterThanOrEqual(59);
  });

  it('for an upload is read to its end first, so that its sender sees the answer', async () => {
    simulator.faults.add({ operation: 'upload', effect: { kind: 'status', status: 500 } });
    const answer = await api.request('POST', '/v2/upload', new Uint8Array(20_000_000));
    expect(answer.status).toBe(500);
    expect(simulator.ledger.uploads).toMatchObject([{ bytes: 20_000_000, uploadUrl: null, status: 500 }]);
  });
});
