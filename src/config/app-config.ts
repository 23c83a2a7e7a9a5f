import type { ApiKey } from './api-keys.js';
import type { CorrectionThinking } from './environment.js';
import type { TrustProxy } from './proxy-settings.js';

/** How results come back: the provider calls us, or we look. Chosen by ASSEMBLYAI_WEBHOOK_URL alone. */
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
  /** Where a worker, which has no other HTTP, shows its health and metrics; unset: nowhere. */
  metricsPort?: number;
}

export type TranscriptionProviderName = 'Dembrane-25-09' | 'AssemblyAI' | 'LiteLLM' | 'Gemini';

/** An OpenAI-compatible server of transcripts. */
export interface LiteLlmConfig {
  /** Without a slash at its end; `/audio/transcriptions` follows. */
  baseUrl: string;
  model: string;
  /** Unset: the server asks for none. */
  apiKey?: string;
  /** Set: the server speaks Azure's dialect. */
  apiVersion?: string;
  maxAudioBytes: number;
}

/** Who gets in. */
export interface AccessConfig {
  /** Empty: `/api` is open, which is allowed on a loopback host only. */
  apiKeys: readonly ApiKey[];
  /** Whose word on the address of a caller is taken. */
  trustProxy: TrustProxy;
  /** Addresses and networks that callbacks may come from; empty: any. */
  callbackNetworks: readonly string[];
  /** Requests a minute from one address to what asks for no key; 0: no limit. */
  publicRateLimit: number;
  /** Wrong and missing keys and secrets a minute from one address, before it gets 429 instead of 401; 0: no limit. */
  refusedRateLimit: number;
}

export interface TranscriptionConfig {
  provider: TranscriptionProviderName;
  /** AssemblyAI's models in order of preference; unset: the default list. */
  speechModels?: readonly string[];
  /** Two-letter codes that recordings may be in; unset: the default list. */
  expectedLanguages?: readonly string[];
  /** There with the provider `LiteLLM`. */
  litellm?: LiteLlmConfig;
  assemblyai: { apiKey: string; baseUrl: string };
  delivery: DeliveryConfig;
  /** All secrets that a callback may bear; also without a webhook URL, so that late callbacks are understood. */
  callbackSecrets: readonly string[];
  pollIntervalMs: number;
  callbackDeadlineMs: number;
  timeoutMs: number;
  /** A language model transcribes alone where the first stage fails for another reason than missing speech. */
  rescueFailed: boolean;
  submitConcurrency: number;
  /** For a provider that answers with the transcript: requests at once, and how long one may take. */
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
}

/** Where recordings are kept. Chosen by STORAGE_S3_BUCKET alone. */
export type StorageConfig = { kind: 'local' } | ({ kind: 's3' } & S3Config);

export interface S3Config {
  bucket: string;
  region: string;
  /** Unset: AWS itself, in `region`. */
  endpoint?: string;
  /** Where the bucket's name stands: in the path, or as the first part of the host. */
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface PrivacyConfig {
  /** Delete AssemblyAI's copy of a transcript as soon as nobody needs it. */
  deleteAtProvider: boolean;
  /** How long the recording of a settled chunk is kept; unset: for ever. */
  audioRetentionDays?: number;
}

/** The whole configuration: one frozen object, made once at start, and the DI token under which it is injected. */
export class AppConfig {
  readonly role!: 'all' | 'api' | 'worker';
  readonly dataDir!: string;
  /** Unset: embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl?: string;
  /** Unset: queues and coordination run on PostgreSQL. */
  readonly redisUrl?: string;
  /** Begins the names of all keys in Redis. */
  readonly redisPrefix!: string;
  readonly http!: HttpConfig;
  readonly storage!: StorageConfig;
  readonly privacy!: PrivacyConfig;
  readonly transcription!: TranscriptionConfig;
  readonly correction!: CorrectionConfig;
  /** Private addresses and networks that a URL which a caller gives may lead to. */
  readonly allowedPrivateNetworks!: readonly string[];
  readonly reconcileIntervalMs!: number;
  /** First pause of every exponential backoff against a provider. */
  readonly retryBaseMs!: number;
  /** How long a worker's lock on a job lasts without being renewed. */
  readonly jobLockMs!: number;
  /** How long a start waits for its database, its Redis and its queues. */
  readonly startTimeoutMs!: number;
}
