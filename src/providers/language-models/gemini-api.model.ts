import { ApiError, GoogleGenAI, ThinkingLevel } from '@google/genai';
import { generationSettings } from './generation-settings.js';
import { factsOf } from './model-catalog.js';
import { ProviderError } from '../provider-error.js';
import { withDeadline } from './deadline.js';
import { MAX_INLINE_AUDIO_BYTES } from '../inline-audio.js';
import { LanguageModel, type ModelAnswer, type ModelRequest } from './language-model.js';
import { failureFromStatus, isUnreadableBody, unreachable, unusableAnswer } from './model-failure.js';
import { readAnswer } from './read-answer.js';

const DEFAULT_BASE_URL = 'https://generativelanguage.googleapis.com/';

export interface GeminiApiOptions {
  apiKey: string;
  /** Such as a gateway's; unset: Google's own address. */
  baseUrl?: string;
}

/** Parts of an HTTP answer that the SDK's errors do not contain. */
interface SeenAnswer {
  status?: number;
  retryAfter?: string;
}

/** Gemini through an API key (the Gemini Developer API), with Google's `@google/genai`. */
export class GeminiApiModel extends LanguageModel {
  readonly provider = 'gemini';
  readonly maxInlineAudioBytes = MAX_INLINE_AUDIO_BYTES;
  private readonly client: GoogleGenAI;

  constructor(options: GeminiApiOptions) {
    super();
    // Always set `vertexai` and `baseUrl`: the SDK would read them from its environment variables.
    this.client = new GoogleGenAI({
      vertexai: false,
      apiKey: options.apiKey,
      httpOptions: { baseUrl: options.baseUrl ?? DEFAULT_BASE_URL, retryOptions: { attempts: 1 } },
    });
  }

  async generate(request: ModelRequest): Promise<ModelAnswer> {
    const { timeoutMs, signal } = request;
    const seen: SeenAnswer = {};
    let response: unknown;
    try {
      response = await withDeadline({ provider: this.provider, timeoutMs, signal }, (deadline) =>
        this.send(request, seen, deadline),
      );
    } catch (error) {
      throw this.asProviderError(error, seen);
    }
    return readAnswer(this.provider, response, request.onUsage);
  }

  private send(request: ModelRequest, seen: SeenAnswer, deadline: AbortSignal): Promise<unknown> {
    const { audio, prompt } = request;
    const { temperature, thinkingLevel } = generationSettings(factsOf(request.model), request.thinking);
    const recording =
      audio === undefined
        ? []
        : [{ inlineData: { mimeType: audio.mimeType, data: audio.bytes.toString('base64') } }];
    return this.client.models.generateContent({
      model: request.model,
      contents: [{ role: 'user', parts: [...recording, { text: prompt }] }],
      config: {
        systemInstruction: request.systemInstruction,
        responseMimeType: 'application/json',
        responseSchema: request.responseSchema,
        maxOutputTokens: request.maxOutputTokens,
        ...(temperature !== undefined && { temperature }),
        ...(thinkingLevel !== undefined && {
          thinkingConfig: { thinkingLevel: ThinkingLevel[thinkingLevel] },
        }),
        // Overrides the project's setting, by which Google may keep prompts and answers for 55 days
        // (https://ai.google.dev/gemini-api/docs/logs-datasets).
        store: false,
        // Otherwise the SDK repeats a paid request by itself; readAnswer judges completeness.
        automaticContinuation: false,
        abortSignal: deadline,
        // `timeout` is also sent as a header, so that the server stops working after it.
        httpOptions: { timeout: request.timeoutMs, fetch: recordingFetch(seen) },
      },
    });
  }

  /** The SDK's error is never kept as a cause: it contains the provider's whole answer. */
  private asProviderError(error: unknown, seen: SeenAnswer): ProviderError {
    if (error instanceof ProviderError) return error;
    const { status, retryAfter } = seen;
    if (status === undefined) return unreachable(this.provider);
    if (status < 200 || status >= 300) {
      return failureFromStatus(this.provider, { status, retryAfter, body: errorBody(error) });
    }
    if (isUnreadableBody(error)) {
      return unusableAnswer(this.provider, 'invalid_answer', 'sent an answer that is not JSON');
    }
    return unreachable(this.provider);
  }
}

/** Stores status and Retry-After of the answer: the SDK's errors do not always contain them. */
function recordingFetch(seen: SeenAnswer): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    seen.status = response.status;
    seen.retryAfter = response.headers.get('retry-after') ?? undefined;
    return response;
  };
}

/** Parses an error's body, which the SDK puts into the error's message as JSON. */
function errorBody(error: unknown): unknown {
  if (!(error instanceof ApiError)) return undefined;
  try {
    return JSON.parse(error.message);
  } catch {
    return undefined;
  }
}
