import { isIPv4 } from 'node:net';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { readApiKeys } from './api-keys.js';
import type {
  AppConfig,
  DeliveryConfig,
  AccessConfig,
  LanguageModelConfig,
  LiteLlmConfig,
} from './app-config.js';
import { readBaseUrl } from './base-url.js';
import { chooseCorrection } from './choose-correction.js';
import { chooseStorage } from './choose-storage.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { withLibpqSslRules } from './database-url.js';
import { EnvironmentVariables, LONG_NAMES } from './environment.js';
import { chooseList, type Report, splitList } from './lists.js';
import { readNetworks, readTrustProxy } from './proxy-settings.js';
import { ASSEMBLYAI_LANGUAGES, assemblyAiLanguage } from './languages.js';

const HOUR_MS = 3_600_000;

const ACCESS_LISTS = [
  'API_KEYS',
  'TRUST_PROXY',
  'CALLBACK_ALLOWED_IPS',
  'ALLOWED_PRIVATE_NETWORKS',
  'ASSEMBLYAI_WEBHOOK_SECRET',
] as const;

const SPEECH_MODELS = {
  item: /^[a-z0-9][a-z0-9-]*$/,
  advice: 'is not a list of models; give them in order of preference, such as assemblyai-stt-3-7,universal-2',
};
type Source = Readonly<Record<string, unknown>>;

/**
 * Turns an environment into the configuration.
 *
 * @throws ConfigError with every problem at once
 */
export function createAppConfig(source: Source): AppConfig {
  const env = plainToInstance(EnvironmentVariables, pickVariables(source), { exposeDefaultValues: true });
  const problems: ConfigProblem[] = validateSync(env).map(({ property, constraints }) => ({
    variable: property,
    problem: Object.values(constraints ?? {}).join('; '),
  }));
  const report = (variable: string, problem: string) => {
    if (!problems.some((known) => known.variable === variable)) problems.push({ variable, problem });
  };

  const access = readAccess(env, report);
  const allowedPrivateNetworks = readNetworks(splitList(env.ALLOWED_PRIVATE_NETWORKS), (problem) => {
    report('ALLOWED_PRIVATE_NETWORKS', problem);
  });
  const storage = chooseStorage(env, report);
  const delivery = chooseDelivery(env, report);
  const correction = chooseCorrection(env, report);
  const litellm = chooseLiteLlm(env, report);
  const speechModels = chooseList(env, { variable: 'ASSEMBLYAI_SPEECH_MODELS', ...SPEECH_MODELS }, report);
  const expectedLanguages = chooseExpectedLanguages(env, report);
  checkProvider(env, correction.languageModel, report);
  checkLists(env, report);
  const assemblyAiUrl = readBaseUrl(env, { variable: 'ASSEMBLYAI_BASE_URL', version: 'v2' }, report);
  if (problems.length > 0) throw new ConfigError(problems);

  return freeze({
    role: env.ROLE,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL === undefined ? undefined : withLibpqSslRules(env.DATABASE_URL),
    redisUrl: env.REDIS_URL,
    redisPrefix: env.REDIS_PREFIX,
    http: {
      host: env.HOST,
      port: env.PORT,
      metricsPort: env.METRICS_PORT,
      ...access,
      maxUploadBytes: env.MAX_UPLOAD_BYTES,
      uploadExpiryMs: env.UPLOAD_EXPIRY_HOURS * HOUR_MS,
      console: env.CONSOLE,
    },
    storage,
    privacy: {
      deleteAtProvider: env.DELETE_AT_PROVIDER === 'true',
      audioRetentionDays: env.AUDIO_RETENTION_DAYS,
    },
    transcription: {
      provider: env.TRANSCRIPTION_PROVIDER,
      ...(litellm && { litellm }),
      ...(speechModels && { speechModels }),
      ...(expectedLanguages && { expectedLanguages }),
      assemblyai: {
        apiKey: env.ASSEMBLYAI_API_KEY ?? '',
        baseUrl: assemblyAiUrl ?? '',
      },
      delivery,
      callbackSecrets: splitList(env.ASSEMBLYAI_WEBHOOK_SECRET),
      pollIntervalMs: env.POLL_INTERVAL_MS,
      callbackDeadlineMs: env.CALLBACK_DEADLINE_MS,
      timeoutMs: env.TRANSCRIPTION_TIMEOUT_MS,
      rescueFailed: env.RESCUE_FAILED_TRANSCRIPTS && env.TRANSCRIPTION_PROVIDER !== 'Gemini',
      submitConcurrency: env.SUBMIT_CONCURRENCY,
      transcribeConcurrency: env.TRANSCRIBE_CONCURRENCY,
      transcribeTimeoutMs: env.TRANSCRIBE_TIMEOUT_MS,
    },
    correction,
    allowedPrivateNetworks,
    reconcileIntervalMs: env.RECONCILE_INTERVAL_MS,
    retryBaseMs: env.RETRY_BASE_MS,
    jobLockMs: env.JOB_LOCK_MS,
    startTimeoutMs: env.START_TIMEOUT_MS,
  });
}

/**
 * Picks the variables that the service reads. An empty one counts as unset; the short name wins
 * over the long one.
 */
export function pickVariables(source: Source): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of environmentVariableNames()) {
    const value = [source[name], source[LONG_NAMES[name] ?? name]]
      .map((candidate) => (typeof candidate === 'string' ? candidate.trim() : ''))
      .find((candidate) => candidate !== '');
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/**
 * Returns the short names of all variables, for the loader and for the test that compares them with
 * `.env.example`.
 */
export function environmentVariableNames(): string[] {
  return Object.keys(new EnvironmentVariables());
}

function readAccess(env: EnvironmentVariables, report: Report): AccessConfig {
  if (env.ROLE !== 'worker' && !isLoopback(env.HOST) && splitList(env.API_KEYS).length === 0) {
    report('API_KEYS', `is missing; HOST ${env.HOST} can be reached from outside, so give at least one key`);
  }
  if ((env.ROLE === 'api' || env.ROLE === 'worker') && env.DATABASE_URL === undefined) {
    report('DATABASE_URL', `is missing; ROLE ${env.ROLE} shares its database with other processes`);
  }
  const problemOf = (variable: string) => (problem: string) => {
    report(variable, problem);
  };
  return {
    apiKeys: readApiKeys(splitList(env.API_KEYS), problemOf('API_KEYS')),
    trustProxy: readTrustProxy(splitList(env.TRUST_PROXY), problemOf('TRUST_PROXY')),
    callbackNetworks: readNetworks(splitList(env.CALLBACK_ALLOWED_IPS), problemOf('CALLBACK_ALLOWED_IPS')),
    publicRateLimit: env.PUBLIC_RATE_LIMIT,
    refusedRateLimit: env.REFUSED_RATE_LIMIT,
  };
}

/**
 * Refuses empty lists: an empty list would count as unset, and some of these lists restrict access.
 */
function checkLists(env: EnvironmentVariables, report: Report): void {
  for (const variable of ACCESS_LISTS) {
    if (env[variable] !== undefined && splitList(env[variable]).length === 0) {
      report(variable, 'is set, and nothing is in it; give a comma list, or unset it');
    }
  }
}

/**
 * Checks that the chosen provider has its credentials; those of other providers are not required.
 */
function checkProvider(env: EnvironmentVariables, model: LanguageModelConfig, report: Report): void {
  const provider = env.TRANSCRIPTION_PROVIDER;
  const isAssemblyAi = provider === 'Dembrane-25-09' || provider === 'AssemblyAI';
  if (isAssemblyAi && env.ASSEMBLYAI_API_KEY === undefined) {
    report('ASSEMBLYAI_API_KEY', 'is missing; give the API key of your AssemblyAI project');
  }
  if (provider === 'Gemini' && model.kind === 'none') {
    report('GEMINI_API_KEY', 'is missing; TRANSCRIPTION_PROVIDER Gemini needs it, or GCP_SA_JSON');
  }
  if (env.RESCUE_FAILED_TRANSCRIPTS && model.kind === 'none') {
    report(
      'RESCUE_FAILED_TRANSCRIPTS',
      'is true, and there is no model to transcribe with; set GCP_SA_JSON or GEMINI_API_KEY, or unset it',
    );
  }
}

function chooseLiteLlm(env: EnvironmentVariables, report: Report): LiteLlmConfig | undefined {
  if (env.TRANSCRIPTION_PROVIDER !== 'LiteLLM') return undefined;
  const model = env.LITELLM_TRANSCRIPTION_MODEL;
  const baseUrl = env.LITELLM_TRANSCRIPTION_API_BASE;
  if (model === undefined) {
    report(
      'LITELLM_TRANSCRIPTION_MODEL',
      'is missing; give the name of a transcription model, such as whisper-1',
    );
  }
  if (baseUrl === undefined) {
    report(
      'LITELLM_TRANSCRIPTION_API_BASE',
      'is missing; give the URL that /audio/transcriptions follows, such as https://api.openai.com/v1',
    );
  }
  return {
    model: model ?? '',
    baseUrl: (baseUrl ?? '').replace(/(?:\/audio\/transcriptions)?\/*$/, ''),
    apiKey: env.LITELLM_TRANSCRIPTION_API_KEY,
    apiVersion: env.LITELLM_TRANSCRIPTION_API_VERSION,
    maxAudioBytes: env.LITELLM_TRANSCRIPTION_MAX_BYTES,
  };
}

function chooseDelivery(env: EnvironmentVariables, report: Report): DeliveryConfig {
  const url = env.ASSEMBLYAI_WEBHOOK_URL;
  if (url === undefined) return { kind: 'polling' };
  const [secret] = splitList(env.ASSEMBLYAI_WEBHOOK_SECRET);
  if (secret === undefined) {
    report(
      'ASSEMBLYAI_WEBHOOK_SECRET',
      'is missing; ASSEMBLYAI_WEBHOOK_URL is set, so give a long random secret (a comma list while you rotate it)',
    );
    return { kind: 'polling' };
  }
  return { kind: 'webhook', url, secret };
}

function chooseExpectedLanguages(env: EnvironmentVariables, report: Report): string[] | undefined {
  if (env.EXPECTED_LANGUAGES === undefined) return undefined;
  const codes = splitList(env.EXPECTED_LANGUAGES).map(assemblyAiLanguage);
  const known = codes.filter((code) => code !== undefined);
  if (known.length === 0 || known.length < codes.length) {
    report(
      'EXPECTED_LANGUAGES',
      `is not a list of languages; give some of these, such as nl,en,uk: ${ASSEMBLYAI_LANGUAGES.join(', ')}`,
    );
  }
  return [...new Set(known)];
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) freeze(inner as object);
  }
  return Object.freeze(value);
}
