import { Transform } from 'class-transformer';
import { IsIn, IsOptional, Matches, ValidateBy } from 'class-validator';
import { DEFAULT_REDIS_PREFIX, REDIS_PREFIX } from './redis-prefix.js';

/**
 * Longest delay of a timer in Node, a 32-bit number of milliseconds; a longer one would fire at
 * once.
 */
const MAX_TIMER_MS = 2_147_483_647;
/** A hundred years. */
const MAX_RETENTION_DAYS = 36_500;
const HOUR_MS = 3_600_000;
/** A shorter lock would be lost whenever a process or its store is briefly busy. */
const MIN_JOB_LOCK_MS = 2_000;
/** More concurrent jobs would starve the event loop of one process; run another process instead. */
const MAX_CONCURRENCY = 256;
/**
 * Shorter windows have too little context for a correction. A window of an hour is about as much as
 * a model writes in one answer.
 */
const MIN_WINDOW_SECONDS = 10;
/** A recording of a minute or two. */
const MIN_HELD_AUDIO_BYTES = 1_000_000;
/** More does not fit into the memory of a process of Node with its usual limits. */
const MAX_HELD_AUDIO_BYTES = 500_000_000;
/** More than one process can answer; a higher limit would be no limit, which is 0. */
const MAX_REQUESTS_A_MINUTE = 1_000_000;
/** A year: nobody resumes an upload after that. */
const MAX_UPLOAD_EXPIRY_HOURS = 8_760;
/** AssemblyAI accepts at most 2.2 GB by upload and 5 GB by URL. */
const MAX_AUDIO_BYTES = 5_000_000_000;

/**
 * Names by https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and those
 * other stores accept.
 */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/;
/** A region becomes a part of each signature, and on AWS of the host name. */
const REGION = /^[A-Za-z0-9-]{1,63}$/;

export const ROLES = ['all', 'api', 'worker'] as const;
/**
 * OpenAI's limit (25 MB: https://platform.openai.com/docs/guides/speech-to-text). Other servers may
 * accept more or less.
 */
const OPENAI_MAX_AUDIO_BYTES = 26_214_400;

export const TRANSCRIPTION_PROVIDERS = ['Dembrane-25-09', 'AssemblyAI', 'LiteLLM', 'Gemini'] as const;

/** Levels of thinking that every Gemini 3 model supports. */
export const CORRECTION_THINKING = ['low', 'medium', 'high'] as const;
export type CorrectionThinking = (typeof CORRECTION_THINKING)[number];

/**
 * AssemblyAI's hosts by region. The host alone decides where recordings and texts are stored; the
 * paths are the same.
 */
const ASSEMBLYAI_HOSTS: Readonly<Record<string, string>> = {
  eu: 'https://api.eu.assemblyai.com',
  us: 'https://api.assemblyai.com',
};

/** Long names of variables, for deployments that group their settings; the short name wins. */
export const LONG_NAMES: Readonly<Record<string, string>> = {
  TRANSCRIPTION_PROVIDER: 'TRANSCRIPTION__PROVIDER',
  ASSEMBLYAI_API_KEY: 'TRANSCRIPTION__ASSEMBLYAI__API_KEY',
  ASSEMBLYAI_BASE_URL: 'TRANSCRIPTION__ASSEMBLYAI__BASE_URL',
  ASSEMBLYAI_WEBHOOK_URL: 'TRANSCRIPTION__ASSEMBLYAI__WEBHOOK_URL',
  ASSEMBLYAI_WEBHOOK_SECRET: 'TRANSCRIPTION__ASSEMBLYAI__WEBHOOK_SECRET',
  GCP_SA_JSON: 'TRANSCRIPTION__GCP_SA_JSON',
};

function WholeNumber(min: number, max: number): PropertyDecorator {
  const decorators = [
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value)),
    ValidateBy({
      name: 'wholeNumber',
      validator: {
        validate: (value: unknown) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
        defaultMessage: () => `is not a whole number in range; give one from ${min} to ${max}`,
      },
    }),
  ];
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

function Flag(): PropertyDecorator {
  const words: Readonly<Record<string, boolean>> = { true: true, false: false };
  const decorators = [
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (words[value.toLowerCase()] ?? value) : value,
    ),
    ValidateBy({
      name: 'flag',
      validator: {
        validate: (value: unknown) => typeof value === 'boolean',
        defaultMessage: () => 'is neither true nor false; give one of them',
      },
    }),
  ];
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

function UrlWith(...protocols: string[]): PropertyDecorator {
  return ValidateBy({
    name: 'urlWith',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol),
      defaultMessage: () =>
        `is not a usable URL; give one that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    },
  });
}

/**
 * Visible characters only (RFC 9110, section 5.5); anything else would be changed or refused in
 * transit.
 */
const HEADER_SAFE = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

function HeaderSafe(): PropertyDecorator {
  return ValidateBy({
    name: 'headerSafe',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && HEADER_SAFE.test(value),
      defaultMessage: () =>
        'cannot travel in an HTTP header; give visible ASCII characters only (no line breaks, no accents)',
    },
  });
}

/**
 * Variables that Ringback reads, by short name, with their defaults. A test keeps `.env.example` in
 * line with this list.
 */
export class EnvironmentVariables {
  @IsOptional()
  @UrlWith('http:', 'https:')
  RINGBACK_URL?: string;

  @IsOptional()
  @HeaderSafe()
  RINGBACK_API_KEY?: string;

  HOST = '127.0.0.1';

  @WholeNumber(0, 65_535)
  PORT = 3000;

  @IsOptional()
  @WholeNumber(1, 65_535)
  METRICS_PORT?: number;

  @IsIn(ROLES, { message: `is not a role; give one of ${ROLES.join(', ')}` })
  ROLE: (typeof ROLES)[number] = 'all';

  DATA_DIR = '.data';

  @IsOptional()
  @UrlWith('postgres:', 'postgresql:')
  DATABASE_URL?: string;

  @IsOptional()
  @UrlWith('redis:', 'rediss:')
  REDIS_URL?: string;

  @Matches(REDIS_PREFIX, {
    message:
      'is not usable in the names of keys; give up to 64 letters, digits, dots, hyphens and underscores',
  })
  REDIS_PREFIX = DEFAULT_REDIS_PREFIX;

  @IsOptional()
  @HeaderSafe()
  API_KEYS?: string;

  TRUST_PROXY?: string;

  CALLBACK_ALLOWED_IPS?: string;

  ALLOWED_PRIVATE_NETWORKS?: string;

  @Flag()
  CONSOLE = true;

  @WholeNumber(0, MAX_REQUESTS_A_MINUTE)
  PUBLIC_RATE_LIMIT = 6_000;

  @WholeNumber(0, MAX_REQUESTS_A_MINUTE)
  REFUSED_RATE_LIMIT = 6_000;

  @IsIn(TRANSCRIPTION_PROVIDERS, {
    message: `is not a provider; give one of ${TRANSCRIPTION_PROVIDERS.join(', ')}`,
  })
  TRANSCRIPTION_PROVIDER: (typeof TRANSCRIPTION_PROVIDERS)[number] = 'Dembrane-25-09';

  @IsOptional()
  @HeaderSafe()
  ASSEMBLYAI_API_KEY?: string;

  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (ASSEMBLYAI_HOSTS[value] ?? value) : value,
  )
  @UrlWith('https:', 'http:')
  ASSEMBLYAI_BASE_URL = 'https://api.eu.assemblyai.com';

  ASSEMBLYAI_SPEECH_MODELS?: string;

  EXPECTED_LANGUAGES?: string;

  @IsOptional()
  @UrlWith('https:', 'http:')
  ASSEMBLYAI_WEBHOOK_URL?: string;

  @IsOptional()
  @HeaderSafe()
  ASSEMBLYAI_WEBHOOK_SECRET?: string;

  @Flag()
  RESCUE_FAILED_TRANSCRIPTS = false;

  GCP_SA_JSON?: string;

  VERTEX_LOCATION = 'eu';

  VERTEX_API_ENDPOINT?: string;

  @IsOptional()
  @HeaderSafe()
  GEMINI_API_KEY?: string;

  @IsOptional()
  @UrlWith('https:', 'http:')
  GEMINI_BASE_URL?: string;

  CORRECTION_MODEL = 'gemini-3.8-flash';

  SUMMARY_MODEL = 'gemini-3.5-flash-lite';

  @IsIn(CORRECTION_THINKING, {
    message: `is not a level of thinking; give one of ${CORRECTION_THINKING.join(', ')}`,
  })
  CORRECTION_THINKING: CorrectionThinking = 'low';

  LITELLM_TRANSCRIPTION_MODEL?: string;

  @IsOptional()
  @HeaderSafe()
  LITELLM_TRANSCRIPTION_API_KEY?: string;

  @IsOptional()
  @UrlWith('https:', 'http:')
  LITELLM_TRANSCRIPTION_API_BASE?: string;

  LITELLM_TRANSCRIPTION_API_VERSION?: string;

  @WholeNumber(1, MAX_AUDIO_BYTES)
  LITELLM_TRANSCRIPTION_MAX_BYTES = OPENAI_MAX_AUDIO_BYTES;

  @IsOptional()
  @Matches(BUCKET, { message: 'is not the name of a bucket; give 3 to 63 letters, digits, dots and hyphens' })
  STORAGE_S3_BUCKET?: string;

  @IsOptional()
  @Matches(REGION, { message: 'is not the name of a region; give one such as eu-central-1' })
  STORAGE_S3_REGION?: string;

  @IsOptional()
  @UrlWith('https:', 'http:')
  STORAGE_S3_ENDPOINT?: string;

  @IsOptional()
  @HeaderSafe()
  STORAGE_S3_KEY?: string;

  STORAGE_S3_SECRET?: string;

  @IsOptional()
  @Flag()
  STORAGE_S3_PATH_STYLE?: boolean;

  @IsOptional()
  @WholeNumber(1, MAX_RETENTION_DAYS)
  AUDIO_RETENTION_DAYS?: number;

  @IsIn(['true', 'false'], { message: 'is neither true nor false' })
  DELETE_AT_PROVIDER: 'true' | 'false' = 'false';

  @WholeNumber(10, HOUR_MS)
  POLL_INTERVAL_MS = 3_000;

  @WholeNumber(10, 24 * HOUR_MS)
  CALLBACK_DEADLINE_MS = 180_000;

  @WholeNumber(100, MAX_TIMER_MS)
  TRANSCRIPTION_TIMEOUT_MS = 1_800_000;

  @WholeNumber(100, 24 * HOUR_MS)
  RECONCILE_INTERVAL_MS = 180_000;

  @WholeNumber(1, 60_000)
  RETRY_BASE_MS = 1_000;

  @WholeNumber(MIN_JOB_LOCK_MS, HOUR_MS)
  JOB_LOCK_MS = 15_000;

  @WholeNumber(1_000, HOUR_MS)
  START_TIMEOUT_MS = 30_000;

  @WholeNumber(1, MAX_CONCURRENCY)
  SUBMIT_CONCURRENCY = 16;

  @WholeNumber(1, MAX_CONCURRENCY)
  CORRECTION_CONCURRENCY = 8;

  @WholeNumber(MIN_WINDOW_SECONDS, HOUR_MS / 1_000)
  CORRECTION_WINDOW_SECONDS = 480;

  @WholeNumber(MIN_HELD_AUDIO_BYTES, MAX_HELD_AUDIO_BYTES)
  CORRECTION_AUDIO_BYTES = 20_000_000;

  @WholeNumber(1, MAX_CONCURRENCY)
  TRANSCRIBE_CONCURRENCY = 4;

  @WholeNumber(100, HOUR_MS)
  TRANSCRIBE_TIMEOUT_MS = 300_000;

  @WholeNumber(1, MAX_AUDIO_BYTES)
  MAX_UPLOAD_BYTES = 2_200_000_000;

  @WholeNumber(1, MAX_UPLOAD_EXPIRY_HOURS)
  UPLOAD_EXPIRY_HOURS = 24;
}
