import type { ThinkingLevel } from './model-catalogue.js';
import type { ProviderName } from '../provider-error.js';

/** The providers that can stand behind the port. */
export type ModelProvider = Extract<ProviderName, 'gemini' | 'vertexai'>;

/** A flat object of texts: the one shape we ask for, and one that every Gemini endpoint can force on its answer. */
export interface ModelSchema {
  type: 'OBJECT';
  properties: Record<string, { type: 'STRING'; description: string }>;
  required: string[];
}

export interface ModelRequest {
  model: string;
  systemInstruction: string;
  prompt: string;
  /** At most `maxInlineAudioBytes` of the model; more is the caller's mistake and comes back as a rejected request. */
  audio?: { mimeType: string; bytes: Buffer };
  responseSchema: ModelSchema;
  /** Thinking counts against it. More than the catalogue's limit of the model is rejected. */
  maxOutputTokens: number;
  /** How much to think, where the model's family has levels. */
  thinking: ThinkingLevel;
  /**
   * For everything together: token, sending, thinking, reading the answer. Milliseconds, 1 to 300,000: beyond five minutes
   * without an answer's headers Node's own fetch gives up.
   */
  timeoutMs: number;
  /** Aborted: the call ends at once as unavailable, with the code `cancelled`. */
  signal?: AbortSignal;
  /** Told the tokens of an answer before it is judged: one that is of no use is paid for as well. */
  onUsage?: UsageListener;
}

/** Tokens as they are billed; a field is left out when the provider does not say. */
export interface ModelUsage {
  inputTokens?: number;
  /** Thoughts included. */
  outputTokens?: number;
}

export type UsageListener = (usage: ModelUsage) => void;

export interface ModelAnswer {
  /** The whole answer, thoughts left out. Never empty, never cut off; whether it is the JSON asked for is not checked. */
  text: string;
  /** The exact version that answered, when the provider says. */
  modelVersion?: string;
  usage: ModelUsage;
}

/**
 * A language model that hears. One call is one request: no retries inside, so that a single place decides about them.
 * Repeating a call is harmless but for its price. Answers differ from call to call.
 *
 * Not in the port: uploads of large files, streaming, conversation state.
 */
export abstract class LanguageModel {
  abstract readonly provider: ModelProvider;

  /** Largest recording that may be sent within a request, in bytes before encoding; the prompt has its own room. */
  abstract readonly maxInlineAudioBytes: number;

  /**
   * @returns an answer that the model finished by itself
   * @throws ProviderUnavailableError when trying again can help: no connection, no answer within `timeoutMs`, 408, 429
   *   (with the pause that was asked for), 5xx, an answer that is empty, cut off or unreadable
   * @throws ProviderRejectedError when the same request cannot succeed: 4xx, a blocked prompt or answer
   */
  abstract generate(request: ModelRequest): Promise<ModelAnswer>;
}
