import type { CorrectionConfig, LanguageModelConfig, ServiceAccount } from './app-config.js';
import { readBaseUrl } from './base-url.js';
import type { EnvironmentVariables } from './environment.js';
import { chooseList, type ListRule, type Report, splitList } from './lists.js';

/** Matches a region of Google Cloud, a multi-region or `global`; it becomes part of a host name. */
const LOCATION = /^[a-z][a-z0-9-]{1,40}$/;

/** Model ids, optionally behind the path of a gateway; an id becomes part of a URL. */
const LANGUAGE_MODELS: ListRule = {
  item: /^[A-Za-z0-9][\w.:@/-]*$/,
  advice: 'is not a list of models; give one or several in order of preference, such as gemini-3.8-flash',
};

/**
 * Configures the second stage: the model's provider, the lists of models, and their level of
 * thinking.
 */
export function chooseCorrection(env: EnvironmentVariables, report: Report): CorrectionConfig {
  const models = (variable: 'CORRECTION_MODEL' | 'SUMMARY_MODEL'): string[] =>
    chooseList(env, { variable, ...LANGUAGE_MODELS }, report) ?? [];
  return {
    languageModel: chooseLanguageModel(env, report),
    correctionModels: models('CORRECTION_MODEL'),
    summaryModels: models('SUMMARY_MODEL'),
    thinking: env.CORRECTION_THINKING,
    concurrency: env.CORRECTION_CONCURRENCY,
    windowSeconds: env.CORRECTION_WINDOW_SECONDS,
    audioBytes: env.CORRECTION_AUDIO_BYTES,
  };
}

function chooseLanguageModel(env: EnvironmentVariables, report: Report): LanguageModelConfig {
  if (env.GCP_SA_JSON !== undefined) {
    const serviceAccount = parseServiceAccount(env.GCP_SA_JSON);
    if (serviceAccount !== undefined) {
      return {
        kind: 'vertexai',
        serviceAccount,
        locations: chooseLocations(env, report),
        apiEndpoint: env.VERTEX_API_ENDPOINT,
      };
    }
    report(
      'GCP_SA_JSON',
      'is not a service account key; give its JSON, raw or in base64, with project_id, client_email and private_key',
    );
  }
  if (env.GEMINI_API_KEY !== undefined) {
    const baseUrl = readBaseUrl(env, { variable: 'GEMINI_BASE_URL', version: 'v1beta' }, report);
    return { kind: 'gemini', apiKey: env.GEMINI_API_KEY, baseUrl };
  }
  return { kind: 'none' };
}

/**
 * Reads the list of locations. The first one is used; the others, in their order, while it is
 * overloaded.
 */
function chooseLocations(env: EnvironmentVariables, report: Report): string[] {
  const locations = [...new Set(splitList(env.VERTEX_LOCATION))];
  if (locations.length === 0 || !locations.every((location) => LOCATION.test(location))) {
    report(
      'VERTEX_LOCATION',
      'is not a list of locations; give one or several, such as eu or eu,us,europe-west1',
    );
  }
  return locations;
}

function parseServiceAccount(text: string): ServiceAccount | undefined {
  const json = text.startsWith('{') ? text : Buffer.from(text, 'base64').toString('utf8');
  try {
    const parsed: unknown = JSON.parse(json);
    return isServiceAccount(parsed) ? parsed : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isServiceAccount(value: unknown): value is ServiceAccount {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Partial<Record<keyof ServiceAccount, unknown>>;
  return [fields.project_id, fields.client_email, fields.private_key].every(
    (field) => typeof field === 'string' && field !== '',
  );
}
