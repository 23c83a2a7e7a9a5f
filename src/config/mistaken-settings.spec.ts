import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { createAppConfig } from './create-app-config.js';

function problemsWith(changes: Record<string, string>): string[] {
  try {
    createAppConfig({ ...VALID, ...changes });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable, problem }) => `${variable} ${problem}`);
  }
}

const VALID = { ASSEMBLYAI_API_KEY: 'a-key' };

describe('the base URL of a provider', () => {
  it.each([
    ['https://api.assemblyai.com', 'https://api.assemblyai.com'],
    ['https://api.assemblyai.com/', 'https://api.assemblyai.com'],
    ['https://api.assemblyai.com/v2', 'https://api.assemblyai.com'],
    ['https://gateway.example.org/assemblyai/V2//', 'https://gateway.example.org/assemblyai'],
    ['https://v2.example.org', 'https://v2.example.org'],
    ['https://example.org/v2/proxy', 'https://example.org/v2/proxy'],
    ['us', 'https://api.assemblyai.com'],
  ])('of AssemblyAI may include the supported version: %s', (ASSEMBLYAI_BASE_URL, baseUrl) => {
    expect(createAppConfig({ ...VALID, ASSEMBLYAI_BASE_URL }).transcription.assemblyai.baseUrl).toBe(baseUrl);
  });

  it.each([
    ['https://gateway.example.org', 'https://gateway.example.org'],
    ['https://generativelanguage.googleapis.com/v1beta/', 'https://generativelanguage.googleapis.com'],
    ['https://gateway.example.org/gemini/v1beta', 'https://gateway.example.org/gemini'],
  ])('of Gemini may include the supported version: %s', (GEMINI_BASE_URL, baseUrl) => {
    const config = createAppConfig({ ...VALID, GEMINI_API_KEY: 'key', GEMINI_BASE_URL });

    expect(config.correction.languageModel).toEqual({ kind: 'gemini', apiKey: 'key', baseUrl });
  });

  it.each([
    'https://api.openai.com/v1',
    'https://api.openai.com/v1/',
    'https://api.openai.com/v1/audio/transcriptions',
  ])('of LiteLLM may be the full URL of its transcriptions: %s', (LITELLM_TRANSCRIPTION_API_BASE) => {
    const config = createAppConfig({
      TRANSCRIPTION_PROVIDER: 'LiteLLM',
      LITELLM_TRANSCRIPTION_MODEL: 'whisper-1',
      LITELLM_TRANSCRIPTION_API_BASE,
    });

    expect(config.transcription.litellm?.baseUrl).toBe('https://api.openai.com/v1');
  });

  it.each<[Record<string, string>, RegExp]>([
    [
      { ASSEMBLYAI_BASE_URL: 'https://api.assemblyai.com/v3' },
      /^ASSEMBLYAI_BASE_URL names version v3, and v2/,
    ],
    [
      { ASSEMBLYAI_BASE_URL: 'https://example.org/?token=hush' },
      /^ASSEMBLYAI_BASE_URL has more .*without a query/,
    ],
    [
      { GEMINI_API_KEY: 'key', GEMINI_BASE_URL: 'https://gateway.example.org/v1' },
      /^GEMINI_BASE_URL names version v1, and v1beta is spoken; give the URL without a version/,
    ],
  ])('is refused when it cannot be used: %j', (changes, problem) => {
    const problems = problemsWith(changes);

    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems.join()).not.toContain('hush');
  });
});

describe('a list that is set and empty', () => {
  it.each([
    'API_KEYS',
    'TRUST_PROXY',
    'CALLBACK_ALLOWED_IPS',
    'ALLOWED_PRIVATE_NETWORKS',
    'ASSEMBLYAI_WEBHOOK_SECRET',
  ])('is refused, as it would count as unset: %s', (variable) => {
    expect(problemsWith({ [variable]: ' ,, ' })).toEqual([
      `${variable} is set, and nothing is in it; give a comma list, or unset it`,
    ]);
  });
});
