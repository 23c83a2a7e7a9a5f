import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { createAppConfig } from './create-app-config.js';

const SERVICE_ACCOUNT = { project_id: 'p', client_email: 'e@example.org', private_key: 'hush' };
const VALID = { ASSEMBLYAI_API_KEY: 'a-key' };

/** @returns `VARIABLE: problem` lines, empty when there is nothing wrong */
function problemsWith(changes: Record<string, string | undefined>): string[] {
  try {
    createAppConfig({ ...VALID, ...changes });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

describe('the correction model', () => {
  const json = JSON.stringify(SERVICE_ACCOUNT);

  it.each([
    ['raw JSON', json],
    ['base64', Buffer.from(json).toString('base64')],
  ])('is Vertex AI with a service account in %s, also beside an API key', (_form, value) => {
    const { correction } = createAppConfig({ ...VALID, GCP_SA_JSON: value, GEMINI_API_KEY: 'a-key' });

    expect(correction.languageModel).toMatchObject({
      kind: 'vertexai',
      serviceAccount: SERVICE_ACCOUNT,
      locations: ['eu'],
    });
  });

  it('may be in several regions, each named once', () => {
    const env = { ...VALID, GCP_SA_JSON: json, VERTEX_LOCATION: 'europe-west4, europe-west1,europe-west4,' };
    expect(createAppConfig(env).correction.languageModel).toMatchObject({
      locations: ['europe-west4', 'europe-west1'],
    });
  });

  it('may be several, each named once, the preferred first', () => {
    const env = { ...VALID, CORRECTION_MODEL: 'gemini-2.5-pro, gemini-3.8-flash,gemini-2.5-pro' };
    expect(createAppConfig(env).correction.correctionModels).toEqual(['gemini-2.5-pro', 'gemini-3.8-flash']);
  });

  it.each([',', 'gemini 3', 'gemini-3.8-flash;rm', '?key=1'])('is refused under the name %j', (name) => {
    expect(problemsWith({ CORRECTION_MODEL: name, SUMMARY_MODEL: name })).toEqual([
      expect.stringContaining('CORRECTION_MODEL: is not a list of models'),
      expect.stringContaining('SUMMARY_MODEL: is not a list of models'),
    ]);
  });

  it('thinks at the configured level, and an unknown level is refused', () => {
    expect(createAppConfig({ ...VALID, CORRECTION_THINKING: 'high' }).correction.thinking).toBe('high');
    expect(problemsWith({ CORRECTION_THINKING: 'minimal' })).toEqual([
      'CORRECTION_THINKING: is not a level of thinking; give one of low, medium, high',
    ]);
  });

  it.each([',', 'europe west', 'evil.example/', 'a'])('is refused in the region %j', (VERTEX_LOCATION) => {
    expect(problemsWith({ GCP_SA_JSON: json, VERTEX_LOCATION })).toEqual([
      expect.stringContaining('VERTEX_LOCATION: is not a list of locations'),
    ]);
  });

  it('is the Gemini API with an API key', () => {
    const { correction } = createAppConfig({
      ...VALID,
      GEMINI_API_KEY: 'g-key',
      GEMINI_BASE_URL: 'http://localhost:9',
    });

    expect(correction.languageModel).toEqual({
      kind: 'gemini',
      apiKey: 'g-key',
      baseUrl: 'http://localhost:9',
    });
  });
});
