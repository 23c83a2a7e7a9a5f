import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { createAppConfig } from '../config/create-app-config.js';
import { Readiness } from '../observability/readiness.js';
import { buildSubmitRequest } from '../providers/assemblyai/submit-request.js';
import { RefusedSettings } from './refused-settings.js';

const ONE_OF = '"speech_models" must be a non-empty list containing one or more of: "universal-2", "a-9"';
const task = { conversationId: 'c-1', language: 'yi-YY' };
let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => {
    warnings.push(String(line));
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

function started(env: Record<string, string> = {}) {
  const readiness = new Readiness();
  const config = createAppConfig({ ASSEMBLYAI_API_KEY: 'a-key', GEMINI_API_KEY: 'a-key', ...env });
  const refused = new RefusedSettings(config, readiness);
  refused.onModuleInit();
  const requestFor = (language: string) =>
    buildSubmitRequest({
      audioUrl: 'https://a.example/x',
      language,
      hotwords: [],
      speechModels: refused.speechModels(),
      refusedLanguages: refused.refusedLanguages(),
    });
  return { refused, readiness, requestFor };
}

describe('the models of a process', () => {
  const MODELS = { ASSEMBLYAI_SPEECH_MODELS: 'a-1,b-2' };

  it('are the configured ones, or else the default ones', () => {
    expect(started(MODELS).refused.speechModels()).toEqual(['a-1', 'b-2']);
    expect(started().refused.speechModels()).toEqual(['assemblyai-stt-3-7', 'universal-2']);
  });

  it('no longer include a refused one, which is logged once, however many requests met it', () => {
    const { refused, requestFor } = started(MODELS);
    const [one, other] = [requestFor('en'), requestFor('en')];
    const reason = 'Unknown speech model "a-1"';

    expect(refused.refuseModels({ request: one, reason, task })).toBe(true);
    expect(refused.refuseModels({ request: other, reason, task })).toBe(true);

    expect(refused.speechModels()).toEqual(['b-2']);
    expect(warnings).toEqual([
      'AssemblyAI refuses the speech model a-1 ("Unknown speech model "a-1""); using b-2 until this process ' +
        'starts again. Set ASSEMBLYAI_SPEECH_MODELS without it.',
    ]);
  });

  it('lose only one model by two refusals that name none, when their requests had the same list', () => {
    const { refused, requestFor } = started(MODELS);
    const [one, other] = [requestFor('en'), requestFor('en')];
    for (const request of [one, other])
      refused.refuseModels({ request, reason: 'a speech model is off', task });

    expect(refused.speechModels()).toEqual(['b-2']);
  });

  it('are left to the account when all are refused', () => {
    const { refused, requestFor } = started(MODELS);
    while (refused.speechModels().length > 0) {
      refused.refuseModels({ request: requestFor('en'), reason: 'a speech model is off', task });
    }

    expect(requestFor('en')).not.toHaveProperty('speech_models');
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toContain("using the account's own default");
  });

  it('are those that AssemblyAI lists, when the account has no default', () => {
    const { refused, requestFor } = started({ ASSEMBLYAI_SPEECH_MODELS: 'a-1' });
    refused.refuseModels({ request: requestFor('en'), reason: 'a speech model is off', task });

    expect(refused.refuseModels({ request: requestFor('en'), reason: ONE_OF, task })).toBe(true);
    expect(refused.speechModels()).toEqual(['universal-2', 'a-9']);
  });

  it('run out: an offer is used once, and after it nothing more can be omitted', () => {
    const { refused, requestFor } = started(MODELS);
    let requests = 1;
    while (refused.refuseModels({ request: requestFor('en'), reason: ONE_OF, task })) requests += 1;

    // The two configured models at once, none, the offered ones (one by one), and none again.
    expect(requests).toBeLessThanOrEqual(5);
    expect(refused.speechModels()).toEqual([]);
  });
});

describe('the languages of a process', () => {
  const EXPECTED = { EXPECTED_LANGUAGES: 'nl,haw' };

  it('no longer include an expected one that is refused, which is logged once', () => {
    const { refused, requestFor } = started(EXPECTED);
    const request = {
      ...requestFor('auto'),
      language_detection_options: { expected_languages: ['nl', 'haw'] },
    };
    const reason = 'Invalid language code in "expected_languages": haw';
    for (const each of [request, request]) {
      expect(refused.refuseLanguages({ request: each, reason, task })).toBe(true);
    }

    expect([...refused.refusedLanguages()]).toEqual(['haw']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('Set EXPECTED_LANGUAGES without it.');
  });

  it('no longer include a refused one of a conversation, which is logged with its id', () => {
    const { refused, requestFor } = started();
    const request = requestFor('yi');
    refused.refuseLanguages({ request, reason: 'Invalid language code in "fallback_language": yi', task });

    expect([...refused.refusedLanguages()]).toEqual(['yi']);
    expect(warnings).toEqual([expect.stringContaining('the language of conversation c-1')]);
  });

  it('are kept when the refusal names none; the request can do without', () => {
    const { refused, requestFor } = started(EXPECTED);

    expect(refused.refuseLanguages({ request: requestFor('nl'), reason: 'Bad language code', task })).toBe(
      true,
    );
    expect(refused.refusedLanguages().size).toBe(0);
    expect(warnings).toHaveLength(1);
  });

  it('are not the cause when the request had none', () => {
    const { refused, requestFor } = started();

    expect(refused.refuseLanguages({ request: requestFor('auto'), reason: 'Bad language code', task })).toBe(
      false,
    );
  });
});

describe('at start, a process', () => {
  it('warns of a model that is known to be refused, and of one that is deprecated', () => {
    started({ ASSEMBLYAI_SPEECH_MODELS: 'universal-3-pro,universal-3-5-pro,universal-2,a-new-one' });

    expect(warnings).toEqual([
      expect.stringMatching(
        /ASSEMBLYAI_SPEECH_MODELS names universal-3-pro, .*refuses.*2026-09-02.*assemblyai-stt-3-7/,
      ),
      expect.stringMatching(
        /ASSEMBLYAI_SPEECH_MODELS names universal-3-5-pro, .*deprecated.*2026-11.*assemblyai-stt-3-7/,
      ),
    ]);
  });

  it('warns of nothing at AssemblyAI when another provider transcribes', () => {
    const { readiness } = started({
      TRANSCRIPTION_PROVIDER: 'Gemini',
      ASSEMBLYAI_SPEECH_MODELS: 'universal-3-pro',
    });

    expect(warnings).toEqual([]);
    expect(readiness.detailEntries()).toEqual([]);
  });

  it('reports later refusals', async () => {
    const { refused, readiness, requestFor } = started();
    const [[name, detail] = []] = readiness.detailEntries();
    expect(name).toBe('assemblyai');
    expect(await detail?.()).toEqual({ refusedSpeechModels: [], refusedLanguages: [] });

    refused.refuseModels({ request: requestFor('en'), reason: 'Unknown speech model: universal-2', task });
    refused.refuseLanguages({ request: requestFor('yi'), reason: 'Bad language codes: yi', task });

    expect(await detail?.()).toEqual({ refusedSpeechModels: ['universal-2'], refusedLanguages: ['yi'] });
  });
});
