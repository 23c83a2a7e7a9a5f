import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../settings.js';
import { type Simulator, startSimulator } from '../simulator.js';
import { ApiClient } from '../testing/api-client.js';

let simulator: Simulator;
let api: ApiClient;

beforeAll(async () => {
  simulator = await startSimulator();
  api = new ApiClient(simulator, { 'x-goog-api-key': 'test-key' });
});
afterEach(async () => {
  simulator.updateSettings({ retiredModels: DEFAULT_SETTINGS.retiredModels });
  await simulator.reset();
});
afterAll(() => simulator.close());

const contents = [{ parts: [{ text: 'x' }] }];
const ask = (model: string, generationConfig?: object, others?: object) =>
  api.request('POST', `/v1beta/models/${model}:generateContent?key=k`, {
    contents,
    generationConfig,
    ...others,
  });

describe('a model', () => {
  const served = ['gemini-3.8-flash', 'gemini-3.7-flash', 'gemini-3.6-flash', 'gemini-3.5-flash'];
  const small = ['gemini-3.5-flash-lite', 'gemini-3.1-flash-lite', 'gemini-2.5-flash-lite'];
  it.each([...served, ...small, 'gemini-3.1-pro-preview'])('%s answers', async (model) => {
    expect((await ask(model)).status).toBe(200);
  });

  const retired = ['gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-2.0-flash', 'gemini-3-pro-preview'];
  it.each([...retired, 'gemini-9-ultra', 'gpt-4'])('%s is a 404', async (model) => {
    const answer = await ask(model);
    expect(answer.status).toBe(404);
    expect(answer.json).toEqual({
      error: {
        code: 404,
        status: 'NOT_FOUND',
        message: `models/${model} is not found, or is not supported for generateContent.`,
      },
    });
    expect(simulator.ledger.summaries).toMatchObject([{ model, status: 404 }]);
  });

  it('can be retired, and brought back, while the simulator runs', async () => {
    await api.request('PUT', '/_simulator/settings', { retiredModels: ['gemini-3.8-flash'] });
    expect((await ask('gemini-3.8-flash')).status).toBe(404);
    expect((await ask('gemini-2.5-pro')).status).toBe(200);
    expect((await ask('gemini-9-ultra')).status).toBe(404);
  });
});

describe('the ledger', () => {
  it('keeps what a request sets, and where it was sent', async () => {
    const thinkingConfig = { thinkingLevel: 'LOW' };
    await ask(
      'gemini-3.8-flash',
      { temperature: 0.2, maxOutputTokens: 1000, thinkingConfig },
      { store: false },
    );
    const expected = {
      temperature: 0.2,
      thinkingLevel: 'LOW',
      thinkingBudget: null,
      maxOutputTokens: 1000,
      store: false,
      host: `127.0.0.1:${simulator.port}`,
      path: '/v1beta/models/gemini-3.8-flash:generateContent',
    };
    expect(simulator.ledger.summaries).toMatchObject([expected]);
    const seen = await api.request('GET', '/_simulator/ledger');
    expect(seen.json.summaries).toMatchObject([expected]);
  });

  it('has null for what a request leaves out', async () => {
    await ask('gemini-2.5-flash-lite', { thinkingConfig: { thinkingBudget: 512 } });
    expect(simulator.ledger.summaries).toMatchObject([
      { temperature: null, thinkingLevel: null, thinkingBudget: 512, maxOutputTokens: null, store: null },
    ]);
  });
});
