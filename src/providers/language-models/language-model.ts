import type { ThinkingLevel } from './model-catalog.js';
import type { ProviderName } from '../provider-error.js';

/** Providers that implement the interface. */
export type ModelProvider = Extract<ProviderName, 'gemini' | 'vertexai'>;

/** A flat object of strings: the only shape we request. Every Gemini endpoint can enforce it. */
export interface ModelSchema {
  type: 'OBJECT';
  properties: Record<string, { type: 'STRING'; description: string }>;
  required: string[];
}

export interface ModelRequest {
  model: string;
  systemInstruction: string;
  prompt: string;
  /**
   * At most `maxInlineAudioBytes` of the model; a larger recording is the caller's mistake and is
   * answered as a rejected request.
   */
  audio?: { mimeType: string; bytes: Buffer };
  responseSchema: ModelSchema;
  /** Includes thinking tokens. More than the catalog's limit of the model is rejected. */
  maxOutputTokens: number;
  /** Thinking level, for model families that have levels. */
  thinking: ThinkingLevel;
  /**
   * Timeout of the whole call: token, sending, thinking, reading the answer. Milliseconds, 1 to
   * 300,000: Node's own fetch gives up after five minutes without response headers.
   */
  timeoutMs: number;
  /** When aborted, the call ends at once as unavailable, with the code `cancelled`. */
  signal?: AbortSignal;
  /** Receives the token usage of every answer, as an unusable one is paid for as well. */
  onUsage?: UsageListener;
}

/** Billed tokens; a field is absent when the provider does not report it. */
export interface ModelUsage {
  inputTokens?: number;
  /** Includes thinking tokens. */
  outputTokens?: number;
}

export type UsageListener = (usage: ModelUsage) => void;

export interface ModelAnswer {
  /** The whole answer without thoughts, never empty nor cut off. Its JSON is not validated. */
  text: string;
  /** The exact version that answered, if the provider reports it. */
  modelVersion?: string;
  usage: ModelUsage;
}

/**
 * A language model that understands audio. One call is one request: there are no internal retries,
 * so that a single place decides about them. Repeating a call only costs its price. Answers differ
 * from call to call.
 *
 * Not in the interface: uploads of large files, streaming, conversation state.
 */
export abstract class LanguageModel {
  abstract readonly provider: ModelProvider;

  /** Largest recording within a request, in bytes before encoding; the prompt does not count. */
  abstract readonly maxInlineAudioBytes: number;

  /**
   * @returns an answer that the model finished by itself
   * @throws ProviderUnavailableError when a retry can help: no connection, no answer within
   *   `timeoutMs`, 408, 429 (with the requested pause), 5xx, an answer that is empty, cut off or
   *   unreadable
   * @throws ProviderRejectedError when the same request cannot succeed: 4xx, a blocked prompt or
   *   answer
   */
  abstract generate(request: ModelRequest): Promise<ModelAnswer>;
}
