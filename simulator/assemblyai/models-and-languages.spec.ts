import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../settings.js';
import { type Simulator, startSimulator } from '../simulator.js';
import { type ApiAnswer, ApiClient } from '../testing/api-client.js';

let simulator: Simulator;
let api: ApiClient;

beforeAll(async () => {
  simulator = await startSimulator({ latencyMs: 5 });
  api = new ApiClient(simulator);
});
afterEach(async () => {
  const { speechModels, deprecatedSpeechModels, refusedLanguages } = DEFAULT_SETTINGS;
  simulator.updateSettings({ speechModels, deprecatedSpeechModels, refusedLanguages });
  await simulator.reset();
});
afterAll(() => simulator.close());

const naming = (...speech_models: string[]) => api.submit({ speech_models });

function expectRefusal({ status, json }: ApiAnswer, error: string): void {
  expect(status).toBe(400);
  expect(json).toEqual({ error });
  expect(simulator.ledger.submits.at(-1)).toMatchObject({ status: 400, transcriptId: null });
  expect(simulator.ledger.transcripts.size).toBe(0);
}

async function modelUsed(fields: Record<string, unknown>): Promise<unknown> {
  const id = await api.submitted(fields);
  await simulator.assemblyai.finish(id);
  return (await api.get(id)).json.speech_model_used;
}

describe('the speech models of a submit', () => {
  it.each(['assemblyai-stt-3-7', 'universal-3-5-pro', 'universal-2'])('may be %s', async (model) => {
    expect(await modelUsed({ speech_models: [model] })).toBe(model);
  });

  it('are those of the account when they are left out', async () => {
    expect((await api.submit({ speech_models: undefined })).json.speech_models).toBeNull();
    expect(await modelUsed({ speech_models: undefined })).toBe('assemblyai-stt-3-7');
    simulator.updateSettings({ speechModels: ['universal-2'] });
    expect(await modelUsed({ speech_models: null })).toBe('universal-2');
  });

  it('cause the whole request to be refused when one of them is deprecated', async () => {
    expectRefusal(
      await naming('universal-2', 'universal-3-pro'),
      'The "universal-3-pro" speech model(s) have been deprecated. Use speech_models: ["assemblyai-stt-3-7", "universal-2"] instead.',
    );
    expectRefusal(
      await naming('slam-1', 'nano'),
      'The "slam-1, nano" speech model(s) have been deprecated. Use speech_models: ["assemblyai-stt-3-7", "universal-2"] instead.',
    );
  });

  const mustBe =
    '"speech_models" must be a non-empty list containing one or more of: "assemblyai-stt-3-7", "universal-3-5-pro", "universal-2"';
  it('are listed in the error when one is unknown, or none is named', async () => {
    expectRefusal(await naming('universal-9', 'universal-2'), mustBe);
    expectRefusal(await naming(), mustBe);
    expectRefusal(await api.submit({ speech_models: 'universal-2' }), mustBe);
  });

  it('cannot be named in the singular field', async () => {
    expectRefusal(
      await api.submit({ speech_model: 'universal-2', speech_models: undefined }),
      'The speech_model parameter is deprecated. Use speech_models: ["assemblyai-stt-3-7", "universal-2"] for the best accuracy, performance, and language coverage.',
    );
  });

  it('can be removed from the account while the simulator runs', async () => {
    simulator.updateSettings({ speechModels: ['universal-2'] });
    expectRefusal(
      await naming('assemblyai-stt-3-7', 'universal-2'),
      'The following speech model(s) are not available for your account: "assemblyai-stt-3-7"',
    );
    simulator.updateSettings({ speechModels: [] });
    expectRefusal(
      await naming('assemblyai-stt-3-7', 'universal-2'),
      'The following speech model(s) are not available for your account: "assemblyai-stt-3-7", "universal-2"',
    );
    expect(await modelUsed({ speech_models: undefined })).toBe('assemblyai-stt-3-7');
  });

  it('can be deprecated, and brought back, while the simulator runs', async () => {
    simulator.updateSettings({ deprecatedSpeechModels: ['universal-2'], speechModels: ['universal-3-pro'] });
    expect((await naming('universal-2')).status).toBe(400);
    expect((await naming('universal-3-pro')).status).toBe(200);
  });
});

describe('the languages of a submit', () => {
  const detecting = (language_detection_options: object) =>
    api.submit({ language_detection: true, language_detection_options });
  const refusing = (...refusedLanguages: string[]) => {
    simulator.updateSettings({ refusedLanguages });
  };

  it('are refused wherever a refused one is named', async () => {
    refusing('xx', 'yy');
    expectRefusal(
      await detecting({ expected_languages: ['nl', 'xx', 'yy'] }),
      'Invalid language code in "expected_languages": xx, yy',
    );
    expectRefusal(
      await detecting({ fallback_language: 'xx' }),
      'Invalid language code in "fallback_language": xx',
    );
    expectRefusal(await api.submit({ language_code: 'yy' }), 'Invalid language code in "language_code": yy');
  });

  it('are accepted when none is refused', async () => {
    expect((await detecting({ expected_languages: ['nl', 'xx'] })).status).toBe(200);
    refusing('xx');
    expect((await detecting({ expected_languages: ['nl'], fallback_language: 'nl' })).status).toBe(200);
    expect((await api.submit({ language_code: 'nl' })).status).toBe(200);
  });

  it('must include the fallback among the expected ones, unless it is auto', async () => {
    expectRefusal(
      await detecting({ expected_languages: ['nl', 'en'], fallback_language: 'de' }),
      '"fallback_language" must be one of the languages in "expected_languages", or "auto"',
    );
    expect((await detecting({ expected_languages: ['nl'], fallback_language: 'auto' })).status).toBe(200);
    expect((await detecting({ fallback_language: 'de' })).status).toBe(200);
  });
});
