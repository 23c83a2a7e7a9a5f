import { ApiError, GoogleGenAI, ThinkingLevel } from '@google/genai';
import { generationSettings } from './generation-settings.js';
import { factsOf } from './model-catalogue.js';
import { ProviderError } from '../provider-error.js';
import { withDeadline } from './deadline.js';
import { MAX_INLINE_AUDIO_BYTES } from './inline-audio.js';
import { LanguageModel, type ModelAnswer, type ModelRequest } from './language-model.js';
import { failureFromStatus, isUnreadableBody, unreachable, unusableAnswer } from './model-failure.js';
import { readAnswer } from './read-answer.js';

const DEFAULT_BASE_URL = 'https://generativelanguage.googleapis.com/';

export interface GeminiApiOptions {
  apiKey: string;
  /** A gateway, for example; unset: Google's own address. */
  baseUrl?: string;
}

/** What the SDK's errors do not keep of an HTTP answer. */
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
    // `vertexai` and `baseUrl` are always given: left out, the SDK reads them from environment variables of its own.
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
        // Wins over the project's setting, by which Google may keep prompts and answers for 55 days
        // (https://ai.google.dev/gemini-api/docs/logs-datasets).
        store: false,
        // Else the SDK repeats a paid request by itself; whether an answer is whole is judged here.
        automaticContinuation: false,
        abortSignal: deadline,
        // `timeout` also travels as a header, so that the server stops working for nobody.
        httpOptions: { timeout: request.timeoutMs, fetch: watchingFetch(seen) },
      },
    });
  }

  /** The SDK's error is never kept as a cause: it holds the provider's whole answer. */
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

/** Notes status and Retry-After on the way: the SDK's errors carry neither for every answer. */
function watchingFetch(seen: SeenAnswer): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    seen.status = response.status;
    seen.retryAfter = response.headers.get('retry-after') ?? undefined;
    return response;
  };
}

/** The SDK hands on an error's body as its message, in JSON. */
function errorBody(error: unknown): unknown {
  if (!(error instanceof ApiError)) return undefined;
  try {
    return JSON.parse(error.message);
  } catch {
    return undefined;
  }
}
