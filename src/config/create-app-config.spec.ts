import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { createAppConfig } from './create-app-config.js';

const SERVICE_ACCOUNT = { project_id: 'p', client_email: 'e@example.org', private_key: 'hush' };
const VALID = { ASSEMBLYAI_API_KEY: 'a-key' };
const WEBHOOK_URL = 'https://ringback.example.org/api/webhooks/assemblyai';

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

describe('a configuration', () => {
  it('needs nothing but the key of the provider', () => {
    expect(createAppConfig(VALID)).toMatchObject({
      role: 'all',
      dataDir: '.data',
      storage: { kind: 'local' },
      privacy: { deleteAtProvider: false, audioRetentionDays: undefined },
      http: {
        host: '127.0.0.1',
        port: 3000,
        apiKeys: [],
        trustProxy: false,
        callbackNetworks: [],
        publicRateLimit: 6_000,
        refusedRateLimit: 6_000,
        maxUploadBytes: 2_200_000_000,
      },
      allowedPrivateNetworks: [],
      transcription: {
        provider: 'Dembrane-25-09',
        assemblyai: { apiKey: 'a-key', baseUrl: 'https://api.eu.assemblyai.com' },
        delivery: { kind: 'polling' },
        callbackSecrets: [],
        pollIntervalMs: 3_000,
        callbackDeadlineMs: 180_000,
        timeoutMs: 1_800_000,
        rescueFailed: false,
        submitConcurrency: 16,
        transcribeConcurrency: 4,
        transcribeTimeoutMs: 300_000,
      },
      correction: {
        languageModel: { kind: 'none' },
        correctionModels: ['gemini-3.8-flash'],
        summaryModels: ['gemini-3.5-flash-lite'],
        thinking: 'low',
        concurrency: 8,
      },
      reconcileIntervalMs: 180_000,
      retryBaseMs: 1_000,
      jobLockMs: 15_000,
      startTimeoutMs: 30_000,
    });
  });

  it('cannot be changed any more', () => {
    const config = createAppConfig({ ...VALID, API_KEYS: 'one' });

    expect(() => Object.assign(config, { role: 'api' })).toThrow(TypeError);
    expect(() => Object.assign(config.transcription.assemblyai, { apiKey: '' })).toThrow(TypeError);
    expect(() => Array.prototype.push.call(config.http.apiKeys, 'two')).toThrow(TypeError);
  });

  it('treats an empty or blank variable as unset', () => {
    const config = createAppConfig({ ...VALID, PORT: '', DATABASE_URL: '  ', ASSEMBLYAI_WEBHOOK_URL: '' });

    expect(config.http.port).toBe(3000);
    expect(config.databaseUrl).toBeUndefined();
    expect(config.transcription.delivery).toEqual({ kind: 'polling' });
  });

  it('trims its values', () => {
    const config = createAppConfig({ ASSEMBLYAI_API_KEY: ' a-key\n', PORT: ' 8080 ' });

    expect(config.transcription.assemblyai.apiKey).toBe('a-key');
    expect(config.http.port).toBe(8080);
  });

  it('removes trailing slashes from the base URL', () => {
    const { transcription } = createAppConfig({ ...VALID, ASSEMBLYAI_BASE_URL: 'http://localhost:9/x//' });

    expect(transcription.assemblyai.baseUrl).toBe('http://localhost:9/x');
  });
});

describe('AssemblyAI', () => {
  it.each([
    ['eu', 'https://api.eu.assemblyai.com'],
    ['us', 'https://api.assemblyai.com'],
    ['https://api.assemblyai.com/', 'https://api.assemblyai.com'],
  ])('is reached, with ASSEMBLYAI_BASE_URL %s, at %s', (given, baseUrl) => {
    const { transcription } = createAppConfig({ ...VALID, ASSEMBLYAI_BASE_URL: given });
    expect(transcription.assemblyai.baseUrl).toBe(baseUrl);
  });

  it('is asked for the models and languages that are listed, each once, in their order', () => {
    const lists = {
      ASSEMBLYAI_SPEECH_MODELS: 'universal-3-5-pro, universal-2',
      EXPECTED_LANGUAGES: 'nl,UK, nl-BE, iw',
    };
    expect(createAppConfig({ ...VALID, ...lists }).transcription).toMatchObject({
      speechModels: ['universal-3-5-pro', 'universal-2'],
      expectedLanguages: ['nl', 'uk', 'he'],
    });
  });

  it.each([
    ['EXPECTED_LANGUAGES', 'dutch'],
    ['EXPECTED_LANGUAGES', ' , '],
    ['EXPECTED_LANGUAGES', 'nl,zz'],
    ['ASSEMBLYAI_SPEECH_MODELS', 'Universal 3'],
  ])('is refused with %s %j', (variable, value) => {
    expect(problemsWith({ [variable]: value })).toEqual([
      expect.stringContaining(`${variable}: is not a list of`),
    ]);
  });
});

describe('a variable with two names', () => {
  const names: [string, string, string][] = [
    ['TRANSCRIPTION_PROVIDER', 'TRANSCRIPTION__PROVIDER', 'AssemblyAI'],
    ['ASSEMBLYAI_API_KEY', 'TRANSCRIPTION__ASSEMBLYAI__API_KEY', 'the-key'],
    ['ASSEMBLYAI_BASE_URL', 'TRANSCRIPTION__ASSEMBLYAI__BASE_URL', 'http://localhost:9'],
    ['ASSEMBLYAI_WEBHOOK_URL', 'TRANSCRIPTION__ASSEMBLYAI__WEBHOOK_URL', WEBHOOK_URL],
    ['ASSEMBLYAI_WEBHOOK_SECRET', 'TRANSCRIPTION__ASSEMBLYAI__WEBHOOK_SECRET', 'the-secret'],
    ['GCP_SA_JSON', 'TRANSCRIPTION__GCP_SA_JSON', JSON.stringify(SERVICE_ACCOUNT)],
  ];
  const others = { ASSEMBLYAI_API_KEY: 'a-key', ASSEMBLYAI_WEBHOOK_SECRET: 'a-secret' };

  it.each(names)('%s can be set by its long name too', (short, long, value) => {
    const base = { ...others, [short]: undefined };

    expect(createAppConfig({ ...base, [long]: value })).toEqual(createAppConfig({ ...base, [short]: value }));
    expect(createAppConfig({ ...base, [long]: value })).not.toEqual(createAppConfig(others));
  });

  it.each(names)('%s wins over the long name', (short, long, value) => {
    const given = { ...others, [short]: value };

    expect(createAppConfig({ ...given, [long]: 'something else' })).toEqual(createAppConfig(given));
  });

  it.each(names)('%s falls back to the long name when it is empty', (short, long, value) => {
    expect(createAppConfig({ ...others, [short]: '', [long]: value })).toEqual(
      createAppConfig({ ...others, [short]: value }),
    );
  });
});

describe('the strategy', () => {
  it('is webhook with a URL, and sends the first of several secrets', () => {
    const { transcription } = createAppConfig({
      ...VALID,
      ASSEMBLYAI_WEBHOOK_URL: `${WEBHOOK_URL}?tenant=a`,
      ASSEMBLYAI_WEBHOOK_SECRET: 'new-secret, old-secret,',
    });

    expect(transcription.delivery).toEqual({
      kind: 'webhook',
      url: `${WEBHOOK_URL}?tenant=a`,
      secret: 'new-secret',
    });
    expect(transcription.callbackSecrets).toEqual(['new-secret', 'old-secret']);
  });

  it('is polling without a URL, and keeps the secrets for late callbacks', () => {
    const { transcription } = createAppConfig({ ...VALID, ASSEMBLYAI_WEBHOOK_SECRET: 'a-secret' });

    expect(transcription.delivery).toEqual({ kind: 'polling' });
    expect(transcription.callbackSecrets).toEqual(['a-secret']);
  });
});

describe('the audio store', () => {
  const pair = { STORAGE_S3_KEY: 'a-key', STORAGE_S3_SECRET: 'a-secret' };

  it('is a bucket when one is given, on AWS or at an endpoint', () => {
    const aws = { ...VALID, ...pair, STORAGE_S3_BUCKET: 'recordings', STORAGE_S3_REGION: 'eu-central-1' };
    const own = { ...VALID, ...pair, STORAGE_S3_BUCKET: 'recordings', STORAGE_S3_ENDPOINT: 'http://s3:9000' };
    const common = {
      kind: 's3',
      bucket: 'recordings',
      pathStyle: true,
      accessKeyId: 'a-key',
      secretAccessKey: 'a-secret',
    };

    expect(createAppConfig(aws).storage).toEqual({ ...common, region: 'eu-central-1' });
    expect(createAppConfig(own).storage).toEqual({
      ...common,
      region: 'us-east-1',
      endpoint: 'http://s3:9000',
    });
    expect(createAppConfig({ ...own, STORAGE_S3_PATH_STYLE: 'false' }).storage).toMatchObject({
      pathStyle: false,
    });
  });

  it.each<[Record<string, string>, string[]]>([
    [{ STORAGE_S3_BUCKET: 'recordings' }, ['STORAGE_S3_KEY', 'STORAGE_S3_REGION', 'STORAGE_S3_SECRET']],
    [{ ...pair, STORAGE_S3_BUCKET: 'recordings' }, ['STORAGE_S3_REGION']],
    [{ STORAGE_S3_SECRET: 'hush' }, ['STORAGE_S3_BUCKET']],
    [{ STORAGE_S3_ENDPOINT: 'http://s3:9000' }, ['STORAGE_S3_BUCKET']],
    [{ STORAGE_S3_PATH_STYLE: 'false' }, ['STORAGE_S3_BUCKET']],
    [
      { ...pair, STORAGE_S3_BUCKET: 'abc', STORAGE_S3_REGION: 'eu', STORAGE_S3_PATH_STYLE: 'virtual' },
      ['STORAGE_S3_PATH_STYLE'],
    ],
    [{ ...pair, STORAGE_S3_BUCKET: 'a/b', STORAGE_S3_REGION: 'eu' }, ['STORAGE_S3_BUCKET']],
    [{ ...pair, STORAGE_S3_BUCKET: 'abc', STORAGE_S3_REGION: 'a b' }, ['STORAGE_S3_REGION']],
    [{ ...pair, STORAGE_S3_BUCKET: 'abc', STORAGE_S3_ENDPOINT: 's3:9000' }, ['STORAGE_S3_ENDPOINT']],
    [{ ...pair, STORAGE_S3_BUCKET: 'abc', STORAGE_S3_REGION: 'eu', STORAGE_S3_KEY: 'ü' }, ['STORAGE_S3_KEY']],
  ])('is refused: %j', (changes, variables) => {
    const problems = problemsWith(changes);
    expect(problems.map((line) => line.split(':')[0]).sort()).toEqual(variables);
    expect(problems.join()).not.toContain('hush');
  });
});

describe('the provider', () => {
  const LITELLM = {
    ASSEMBLYAI_API_KEY: undefined,
    TRANSCRIPTION_PROVIDER: 'LiteLLM',
    LITELLM_TRANSCRIPTION_MODEL: 'whisper-1',
    LITELLM_TRANSCRIPTION_API_BASE: 'https://api.openai.com/v1/',
  };

  it('is LiteLLM with the address of a server and a model; a key is optional', () => {
    expect(createAppConfig(LITELLM).transcription).toMatchObject({
      provider: 'LiteLLM',
      litellm: { model: 'whisper-1', baseUrl: 'https://api.openai.com/v1', maxAudioBytes: 26_214_400 },
    });
    const azure = { LITELLM_TRANSCRIPTION_API_KEY: 'a', LITELLM_TRANSCRIPTION_API_VERSION: '2024-06-01' };
    expect(createAppConfig({ ...LITELLM, ...azure }).transcription.litellm).toMatchObject({
      apiKey: 'a',
      apiVersion: '2024-06-01',
    });
  });

  it('is Gemini with the key of a model, and needs no key of AssemblyAI', () => {
    const { transcription } = createAppConfig({ TRANSCRIPTION_PROVIDER: 'Gemini', GEMINI_API_KEY: 'g-key' });
    expect(transcription.provider).toBe('Gemini');
    expect(transcription.litellm).toBeUndefined();
  });

  it.each<[Record<string, string | undefined>, string]>([
    [{ LITELLM_TRANSCRIPTION_MODEL: '' }, 'LITELLM_TRANSCRIPTION_MODEL: is missing; give the name'],
    [{ LITELLM_TRANSCRIPTION_API_BASE: '' }, 'LITELLM_TRANSCRIPTION_API_BASE: is missing; give the URL'],
    [
      { LITELLM_TRANSCRIPTION_API_BASE: 'api.openai.com' },
      'LITELLM_TRANSCRIPTION_API_BASE: is not a usable URL',
    ],
    [{ LITELLM_TRANSCRIPTION_API_KEY: 'é' }, 'LITELLM_TRANSCRIPTION_API_KEY: cannot travel'],
    [
      { TRANSCRIPTION_PROVIDER: 'Gemini' },
      'GEMINI_API_KEY: is missing; TRANSCRIPTION_PROVIDER Gemini needs it',
    ],
    [{ TRANSCRIPTION_PROVIDER: 'AssemblyAI' }, 'ASSEMBLYAI_API_KEY: is missing'],
  ])('is refused without what it needs: %j', (changes, problem) => {
    expect(problemsWith({ ...LITELLM, ...changes })).toEqual([expect.stringContaining(problem)]);
  });
});

describe('the rescue of failed transcripts', () => {
  it.each(['true', 'TRUE', ' True '])('is on with %j', (value) => {
    const env = { ...VALID, GEMINI_API_KEY: 'g-key', RESCUE_FAILED_TRANSCRIPTS: value };
    expect(createAppConfig(env).transcription.rescueFailed).toBe(true);
  });

  it('is off with the provider Gemini, whose model has just failed', () => {
    const env = { TRANSCRIPTION_PROVIDER: 'Gemini', GEMINI_API_KEY: 'g', RESCUE_FAILED_TRANSCRIPTS: 'true' };
    expect(createAppConfig(env).transcription.rescueFailed).toBe(false);
  });
});

describe('a wrong environment', () => {
  const range = (variable: string, min: number, max: number): [Record<string, string>, string][] =>
    [String(min - 1), String(max + 1), '1.5', 'many', '1e99'].map((value) => [
      { [variable]: value },
      `${variable}: is not a whole number in range; give one from ${min} to ${max}`,
    ]);

  it.each<[Record<string, string>, string]>([
    ...range('PORT', 0, 65_535),
    ...range('METRICS_PORT', 1, 65_535),
    ...range('MAX_UPLOAD_BYTES', 1, 5_000_000_000),
    ...range('UPLOAD_EXPIRY_HOURS', 1, 8_760),
    ...range('POLL_INTERVAL_MS', 10, 3_600_000),
    ...range('CALLBACK_DEADLINE_MS', 10, 86_400_000),
    ...range('TRANSCRIPTION_TIMEOUT_MS', 100, 2_147_483_647),
    ...range('RECONCILE_INTERVAL_MS', 100, 86_400_000),
    ...range('RETRY_BASE_MS', 1, 60_000),
    ...range('JOB_LOCK_MS', 2_000, 3_600_000),
    ...range('START_TIMEOUT_MS', 1_000, 3_600_000),
    ...range('SUBMIT_CONCURRENCY', 1, 256),
    ...range('CORRECTION_CONCURRENCY', 1, 256),
    ...range('CORRECTION_WINDOW_SECONDS', 10, 3_600),
    ...range('CORRECTION_AUDIO_BYTES', 1_000_000, 500_000_000),
    ...range('TRANSCRIBE_CONCURRENCY', 1, 256),
    ...range('TRANSCRIBE_TIMEOUT_MS', 100, 3_600_000),
    ...range('LITELLM_TRANSCRIPTION_MAX_BYTES', 1, 5_000_000_000),
    [
      { RESCUE_FAILED_TRANSCRIPTS: 'perhaps' },
      'RESCUE_FAILED_TRANSCRIPTS: is neither true nor false; give one of them',
    ],
    ...range('AUDIO_RETENTION_DAYS', 1, 36_500),
    [{ DELETE_AT_PROVIDER: 'yes' }, 'DELETE_AT_PROVIDER: is neither true nor false'],
    [{ ROLE: 'boss' }, 'ROLE: is not a role; give one of all, api, worker'],
    [
      { TRANSCRIPTION_PROVIDER: 'Whisper' },
      'TRANSCRIPTION_PROVIDER: is not a provider; give one of Dembrane-25-09, AssemblyAI, LiteLLM, Gemini',
    ],
    [
      { DATABASE_URL: 'mysql://localhost/x' },
      'DATABASE_URL: is not a usable URL; give one that starts with postgres:// or postgresql://',
    ],
    [
      { REDIS_URL: 'localhost:6379' },
      'REDIS_URL: is not a usable URL; give one that starts with redis:// or rediss://',
    ],
    [
      { REDIS_PREFIX: '{staging}' },
      'REDIS_PREFIX: is not usable in the names of keys; give up to 64 letters, digits, dots, hyphens and underscores',
    ],
    [
      { ASSEMBLYAI_BASE_URL: 'api.assemblyai.com' },
      'ASSEMBLYAI_BASE_URL: is not a usable URL; give one that starts with https:// or http://',
    ],
    [
      { GEMINI_BASE_URL: 'ftp://localhost' },
      'GEMINI_BASE_URL: is not a usable URL; give one that starts with https:// or http://',
    ],
  ])('is refused: %j', (changes, problem) => {
    expect(problemsWith(changes)).toEqual([problem]);
  });

  it.each<[Record<string, string | undefined>, string, RegExp]>([
    [{ ASSEMBLYAI_API_KEY: undefined }, 'ASSEMBLYAI_API_KEY', /is missing; give the API key/],
    [{ ASSEMBLYAI_API_KEY: 'hush é' }, 'ASSEMBLYAI_API_KEY', /HTTP header; give visible ASCII/],
    [{ ASSEMBLYAI_API_KEY: 'hush\nhush' }, 'ASSEMBLYAI_API_KEY', /HTTP header; give visible ASCII/],
    [{ API_KEYS: 'hush\u0000' }, 'API_KEYS', /HTTP header; give visible ASCII/],
    [{ GEMINI_API_KEY: 'hush😀' }, 'GEMINI_API_KEY', /HTTP header; give visible ASCII/],
    [
      { ASSEMBLYAI_WEBHOOK_URL: WEBHOOK_URL },
      'ASSEMBLYAI_WEBHOOK_SECRET',
      /is missing; .*give a long random/,
    ],
    [
      { ASSEMBLYAI_WEBHOOK_URL: WEBHOOK_URL, ASSEMBLYAI_WEBHOOK_SECRET: ' , ' },
      'ASSEMBLYAI_WEBHOOK_SECRET',
      /is missing/,
    ],
    [{ ASSEMBLYAI_WEBHOOK_URL: '/api/webhooks' }, 'ASSEMBLYAI_WEBHOOK_URL', /usable URL; give one/],
    [{ GCP_SA_JSON: 'hush' }, 'GCP_SA_JSON', /not a service account key; give its JSON/],
    [{ GCP_SA_JSON: '{"hush"' }, 'GCP_SA_JSON', /not a service account key; give its JSON/],
    [{ GCP_SA_JSON: '{"project_id":"hush"}' }, 'GCP_SA_JSON', /not a service account key/],
    [{ RESCUE_FAILED_TRANSCRIPTS: 'true' }, 'RESCUE_FAILED_TRANSCRIPTS', /no model.*GEMINI_API_KEY/],
    [{ API_KEYS: 'hush, one=sha256:hush' }, 'API_KEYS', /has no SHA-256 for one; give its 64/],
    [{ TRUST_PROXY: 'true' }, 'TRUST_PROXY', /names no proxies; give how many/],
    [{ TRUST_PROXY: '0' }, 'TRUST_PROXY', /names no proxies/],
    [{ TRUST_PROXY: '11' }, 'TRUST_PROXY', /names no proxies/],
    [{ TRUST_PROXY: '10.0.0.1, proxy.example.org' }, 'TRUST_PROXY', /names no proxies/],
    [{ CALLBACK_ALLOWED_IPS: '10.1' }, 'CALLBACK_ALLOWED_IPS', /is no list of addresses; give/],
    [{ ALLOWED_PRIVATE_NETWORKS: '10.0.0.0/33' }, 'ALLOWED_PRIVATE_NETWORKS', /is no list of addresses/],
    [{ ALLOWED_PRIVATE_NETWORKS: 'localhost' }, 'ALLOWED_PRIVATE_NETWORKS', /is no list of addresses/],
    [{ PUBLIC_RATE_LIMIT: '-1' }, 'PUBLIC_RATE_LIMIT', /whole number/],
    [{ REFUSED_RATE_LIMIT: 'none' }, 'REFUSED_RATE_LIMIT', /whole number/],
    [{ HOST: '0.0.0.0' }, 'API_KEYS', /is missing; HOST 0\.0\.0\.0 can be reached from outside/],
    [{ HOST: '::' }, 'API_KEYS', /is missing/],
    [{ HOST: '127.0.0.1.example.org' }, 'API_KEYS', /is missing/],
    [{ HOST: '0.0.0.0', API_KEYS: ' ,, ' }, 'API_KEYS', /is missing/],
    [{ ROLE: 'api' }, 'DATABASE_URL', /is missing; ROLE api shares its database/],
    [{ ROLE: 'worker' }, 'DATABASE_URL', /is missing; ROLE worker shares its database/],
  ])('is refused: %j', (changes, variable, problem) => {
    const problems = problemsWith(changes);

    expect(problems.filter((line) => line.startsWith(`${variable}: `) && problem.test(line))).toHaveLength(1);
    expect(problems.join('\n')).not.toContain('hush');
  });

  it('is reported with all its problems at once, each variable once', () => {
    const problems = problemsWith({ PORT: '-1', ROLE: 'boss', HOST: '0.0.0.0', ASSEMBLYAI_API_KEY: '' });

    expect(problems.map((line) => line.split(':')[0]).sort()).toEqual([
      'API_KEYS',
      'ASSEMBLYAI_API_KEY',
      'PORT',
      'ROLE',
    ]);
  });
});

describe('a host that only this machine can reach', () => {
  it.each(['localhost', '127.0.0.1', '127.9.9.9', '::1'])('%s needs no API keys', (HOST) => {
    expect(problemsWith({ HOST })).toEqual([]);
  });

  it('is required neither of a worker, which does not listen, nor with API keys', () => {
    expect(problemsWith({ HOST: '0.0.0.0', ROLE: 'worker', DATABASE_URL: 'postgres://db/x' })).toEqual([]);
    expect(problemsWith({ HOST: '0.0.0.0', API_KEYS: 'one' })).toEqual([]);
  });
});

describe('the access settings', () => {
  it('name the trusted proxies, and the addresses that may call back', () => {
    const access = (changes: Record<string, string>) => createAppConfig({ ...VALID, ...changes }).http;

    expect(access({ TRUST_PROXY: '2' }).trustProxy).toBe(2);
    expect(access({ TRUST_PROXY: 'loopback, 10.0.0.0/8' }).trustProxy).toEqual(['loopback', '10.0.0.0/8']);
    expect(access({ CALLBACK_ALLOWED_IPS: '54.220.25.36, 2001:db8::/32' }).callbackNetworks).toEqual([
      '54.220.25.36',
      '2001:db8::/32',
    ]);
  });

  it('hold no API key in plain text', () => {
    expect(JSON.stringify(createAppConfig({ ...VALID, API_KEYS: 'one-secret-key' }))).not.toContain(
      'one-secret-key',
    );
  });
});
