import type { ApiKey } from './api-keys.js';
import type { CorrectionThinking } from './environment.js';
import type { TrustProxy } from './proxy-settings.js';

/**
 * How results arrive: the provider calls back, or the service polls. Chosen by
 * ASSEMBLYAI_WEBHOOK_URL alone.
 */
export type DeliveryConfig = { kind: 'webhook'; url: string; secret: string } | { kind: 'polling' };

export interface ServiceAccount {
  project_id: string;
  client_email: string;
  private_key: string;
}

export type LanguageModelConfig =
  | { kind: 'vertexai'; serviceAccount: ServiceAccount; locations: readonly string[]; apiEndpoint?: string }
  | { kind: 'gemini'; apiKey: string; baseUrl?: string }
  | { kind: 'none' };

export interface HttpConfig extends AccessConfig {
  host: string;
  port: number;
  maxUploadBytes: number;
  /** Time after its last byte when an unfinished upload expires. */
  uploadExpiryMs: number;
  /** Whether the console is served. */
  console: boolean;
  /** Port on which a worker, which has no other HTTP, serves health and metrics; unset: none. */
  metricsPort?: number;
}

export type TranscriptionProviderName = 'Dembrane-25-09' | 'AssemblyAI' | 'LiteLLM' | 'Gemini';

/** OpenAI-compatible transcription server. */
export interface LiteLlmConfig {
  /** Without a trailing slash; `/audio/transcriptions` follows. */
  baseUrl: string;
  model: string;
  /** Unset: the server requires no key. */
  apiKey?: string;
  /** Set: the server uses Azure's variant of the API. */
  apiVersion?: string;
  maxAudioBytes: number;
}

/** Access control. */
export interface AccessConfig {
  /** Empty: `/api` is open, which is allowed on a loopback host only. */
  apiKeys: readonly ApiKey[];
  /** Proxies whose statement of the caller's address is trusted. */
  trustProxy: TrustProxy;
  /** Addresses and networks that callbacks may come from; empty: every address. */
  callbackNetworks: readonly string[];
  /** Requests per minute from one address to routes that require no key; 0: no limit. */
  publicRateLimit: number;
  /**
   * Wrong and missing keys and secrets per minute from one address, before it gets 429 instead of
   * 401; 0: no limit.
   */
  refusedRateLimit: number;
}

export interface TranscriptionConfig {
  provider: TranscriptionProviderName;
  /** AssemblyAI's models in order of preference; unset: the default list. */
  speechModels?: readonly string[];
  /** Two-letter codes that recordings may be in; unset: the default list. */
  expectedLanguages?: readonly string[];
  /** Set with the provider `LiteLLM`. */
  litellm?: LiteLlmConfig;
  assemblyai: { apiKey: string; baseUrl: string };
  delivery: DeliveryConfig;
  /**
   * All secrets that a callback may carry; also set without a webhook URL, so that late callbacks
   * are accepted.
   */
  callbackSecrets: readonly string[];
  pollIntervalMs: number;
  callbackDeadlineMs: number;
  timeoutMs: number;
  /**
   * Whether a language model transcribes alone when the first stage fails for a reason other than
   * missing speech.
   */
  rescueFailed: boolean;
  submitConcurrency: number;
  /**
   * For a provider that answers with the transcript: concurrent requests, and the timeout of one
   * request.
   */
  transcribeConcurrency: number;
  transcribeTimeoutMs: number;
}

export interface CorrectionConfig {
  languageModel: LanguageModelConfig;
  /** In order of preference, at least one. */
  correctionModels: readonly string[];
  /** In order of preference, at least one. */
  summaryModels: readonly string[];
  thinking: CorrectionThinking;
  concurrency: number;
  /** Target length of a window of a long recording, in seconds of speech. */
  windowSeconds: number;
  /** Most bytes of recordings that the corrections of this process hold at once. */
  audioBytes: number;
}

/** Audio store. Chosen by STORAGE_S3_BUCKET alone. */
export type StorageConfig = { kind: 'local' } | ({ kind: 's3' } & S3Config);

export interface S3Config {
  bucket: string;
  region: string;
  /** Unset: AWS itself, in `region`. */
  endpoint?: string;
  /** Whether the bucket's name is in the path; otherwise it is the first part of the host. */
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface PrivacyConfig {
  /** Whether AssemblyAI's copy of a transcript is deleted as soon as it is no longer needed. */
  deleteAtProvider: boolean;
  /** How long the recording of a settled chunk is kept; unset: for ever. */
  audioRetentionDays?: number;
}

/**
 * The whole configuration: one frozen object, created once at start. The class is also its DI
 * token.
 */
export class AppConfig {
  readonly role!: 'all' | 'api' | 'worker';
  readonly dataDir!: string;
  /** Unset: embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl?: string;
  /** Unset: queues and coordination run on PostgreSQL. */
  readonly redisUrl?: string;
  /** Prefix of the names of all keys in Redis. */
  readonly redisPrefix!: string;
  readonly http!: HttpConfig;
  readonly storage!: StorageConfig;
  readonly privacy!: PrivacyConfig;
  readonly transcription!: TranscriptionConfig;
  readonly correction!: CorrectionConfig;
  /** Private addresses and networks that a caller's URL may point to. */
  readonly allowedPrivateNetworks!: readonly string[];
  readonly reconcileIntervalMs!: number;
  /** First pause of every exponential backoff against a provider. */
  readonly retryBaseMs!: number;
  /** How long a worker's lock on a job lasts without renewal. */
  readonly jobLockMs!: number;
  /** How long a start waits for its database, its Redis and its queues. */
  readonly startTimeoutMs!: number;
}
