import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

describe('a request', () => {
  const level = (thinkingLevel: string) => ({ thinkingConfig: { thinkingLevel } });
  const noLevel = 'Thinking level is not supported for this model.';
  const otherLevel = (name: string) =>
    `Thinking level ${name} is not supported for this model. Please retry with other thinking level.`;
  const refused: [string, string, object, string][] = [
    ['the level minimal', 'gemini-3.8-flash', level('minimal'), otherLevel('MINIMAL')],
    ['the level minimal', 'gemini-3.7-flash', level('MINIMAL'), otherLevel('MINIMAL')],
    ['the level minimal', 'gemini-3.1-pro-preview', level('minimal'), otherLevel('MINIMAL')],
    ['a level', 'gemini-2.5-flash-lite', level('low'), noLevel],
    [
      'a level and a budget',
      'gemini-3.8-flash',
      { thinkingConfig: { thinkingLevel: 'low', thinkingBudget: 512 } },
      'You can only set only one of thinking budget and thinking level.',
    ],
    [
      'a level that does not exist',
      'gemini-3.8-flash',
      level('extreme'),
      'Invalid value at \'generation_config.thinking_config.thinking_level\' (ThinkingLevel), "extreme"',
    ],
    [
      'too high an output limit',
      'gemini-3.8-flash',
      { maxOutputTokens: 65_537 },
      'Unable to submit request because it has a maxOutputTokens value of 65537 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again.',
    ],
    [
      'a level in the wrong place',
      'gemini-3.8-flash',
      { thinkingLevel: 'low' },
      'Invalid JSON payload received. Unknown name "thinkingLevel" at \'generation_config\': Cannot find field.',
    ],
    [
      'store in the wrong place',
      'gemini-3.8-flash',
      { store: false },
      'Invalid JSON payload received. Unknown name "store" at \'generation_config\': Cannot find field.',
    ],
  ];
  it.each(refused)('with %s for %s is a 400', async (_case, model, config, message) => {
    const answer = await ask(model, config);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ error: { code: 400, status: 'INVALID_ARGUMENT', message } });
    expect(simulator.ledger.summaries).toMatchObject([{ status: 400 }]);
  });

  it('with a thinkingConfig outside of generationConfig is a 400', async () => {
    expect((await ask('gemini-3.8-flash', {}, level('low'))).status).toBe(400);
  });

  const accepted: [string, string, object][] = [
    ['a level in any case', 'gemini-3.8-flash', level('Low')],
    ['the level minimal', 'gemini-3.6-flash', level('minimal')],
    ['the level minimal', 'gemini-3.5-flash-lite', level('MINIMAL')],
    ['a budget', 'gemini-3.8-flash', { thinkingConfig: { thinkingBudget: 512 } }],
    ['a budget', 'gemini-2.5-flash-lite', { thinkingConfig: { thinkingBudget: 512 } }],
    ['the highest output limit', 'gemini-3.8-flash', { maxOutputTokens: 65_536 }],
  ];
  it.each(accepted)('with %s is accepted by %s', async (_case, model, config) => {
    expect((await ask(model, config)).status).toBe(200);
  });

  it('may set store for the Developer API only', async () => {
    expect((await ask('gemini-3.8-flash', {}, { store: false })).status).toBe(200);
    const vertex = new ApiClient(simulator, { authorization: 'Bearer token' });
    const path = `/v1/projects/p/locations/eu/publishers/google/models/gemini-3.8-flash:generateContent`;
    expect((await vertex.request('POST', path, { contents })).status).toBe(200);
    expect((await vertex.request('POST', path, { contents, store: false })).json).toMatchObject({
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message: 'Invalid JSON payload received. Unknown name "store": Cannot find field.',
      },
    });
  });
});

describe('the list of models', () => {
  const namesIn = (json: Record<string, unknown>, list = 'models') =>
    (json[list] as { name: string }[]).map(({ name }) => name);

  it('has those that are not retired', async () => {
    const { status, json } = await api.request('GET', '/v1beta/models');
    expect(status).toBe(200);
    expect((json.models as object[])[0]).toEqual({
      name: 'models/gemini-3.8-flash',
      displayName: 'Gemini 3.8 Flash',
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 65_536,
      supportedGenerationMethods: ['generateContent'],
    });
    expect(namesIn(json)).not.toContain('models/gemini-2.5-pro');
    simulator.updateSettings({ retiredModels: ['gemini-3.8-flash'] });
    const names = namesIn((await api.request('GET', '/v1beta/models')).json);
    expect(names).toContain('models/gemini-2.5-pro');
    expect(names).not.toContain('models/gemini-3.8-flash');
  });

  it('comes in pages', async () => {
    const all = namesIn((await api.request('GET', '/v1beta/models')).json);
    const seen: string[] = [];
    let token: string | undefined = '';
    while (token !== undefined) {
      const query: string = token === '' ? '' : `&pageToken=${token}`;
      const { json } = await api.request('GET', `/v1beta/models?pageSize=3${query}`);
      expect(namesIn(json).length).toBeLessThanOrEqual(3);
      seen.push(...namesIn(json));
      token = json.nextPageToken as string | undefined;
    }
    expect(seen).toEqual(all);
    expect((await api.request('GET', '/v1beta/models?pageToken=next')).status).toBe(400);
  });

  it('needs a key, and on Vertex AI a token', async () => {
    const stranger = new ApiClient(simulator, {});
    expect((await stranger.request('GET', '/v1beta/models')).status).toBe(403);
    expect((await stranger.request('GET', '/v1beta1/publishers/google/models')).status).toBe(401);
    const vertex = new ApiClient(simulator, { authorization: 'Bearer token' });
    const { json } = await vertex.request('GET', '/v1beta1/publishers/google/models');
    expect(namesIn(json, 'publisherModels')).toContain('publishers/google/models/gemini-3.8-flash');
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
