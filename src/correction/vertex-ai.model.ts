import {
  ClientError,
  GoogleApiError,
  GoogleAuthError,
  GoogleGenerativeAIError,
  SchemaType,
  VertexAI,
  type ResponseSchema,
} from '@google-cloud/vertexai';
import { ProviderError, ProviderUnavailableError } from '../providers/provider-error.js';
import { withDeadline } from './deadline.js';
import { TEMPERATURE } from './generation.js';
import { isRecord } from './google-error.js';
import { MAX_INLINE_AUDIO_BYTES } from './inline-audio.js';
import { LanguageModel, type ModelAnswer, type ModelRequest, type ModelSchema } from './language-model.js';
import {
  accessRefused,
  failureFromStatus,
  isUnreadableBody,
  serverFailed,
  unreachable,
  unusableAnswer,
} from './model-failure.js';
import { readAnswer } from './read-answer.js';
import { Regions, type Region } from './regions.js';

/** The fields of a service account's key file that we need. */
export interface ServiceAccount {
  project_id: string;
  client_email: string;
  private_key: string;
}

export interface VertexAiOptions {
  serviceAccount: ServiceAccount;
  /** Regions, such as `europe-west1`, the preferred first. */
  locations: readonly string[];
  /** Host, with a port if need be, reached by https; unset: the location's own. */
  apiEndpoint?: string;
}

/** Answers that speak of a region's load, and not of the request: the next region may well answer. */
const REGIONAL: ReadonlySet<string> = new Set(['throttled', 'server_error']);
/** With less time left, a model could not answer in the next region either. */
const MIN_TIME_MS = 1_000;

/**
 * Gemini through a service account, with Google's `@google-cloud/vertexai`. That SDK is no longer developed and says so
 * on the console, once, when this is constructed. It does not retry, takes no abort signal, and does not tell the status
 * of a 5xx.
 *
 * A region that answers 429 or 5xx rests for as long as it asks, and the same request goes to the next one at once. Regions
 * are no retries: each is asked once, and all within the request's own time.
 */
export class VertexAiModel extends LanguageModel {
  readonly provider = 'vertexai';
  readonly maxInlineAudioBytes = MAX_INLINE_AUDIO_BYTES;
  private readonly regions: Regions<VertexAI>;

  constructor(options: VertexAiOptions) {
    super();
    const { project_id, client_email, private_key } = options.serviceAccount;
    this.regions = new Regions(
      options.locations.map((location) => ({
        location,
        client: new VertexAI({
          project: project_id,
          location,
          apiEndpoint: options.apiEndpoint,
          googleAuthOptions: { credentials: { client_email, private_key } },
        }),
      })),
    );
  }

  async generate(request: ModelRequest): Promise<ModelAnswer> {
    const endMs = performance.now() + request.timeoutMs;
    let failure: ProviderUnavailableError | undefined;
    for (const region of this.regions.inOrder()) {
      const timeoutMs = Math.round(endMs - performance.now());
      if (failure !== undefined && timeoutMs < MIN_TIME_MS) break;
      try {
        return await this.ask(region, { ...request, timeoutMs });
      } catch (error) {
        if (!(error instanceof ProviderUnavailableError) || !REGIONAL.has(error.code)) throw error;
        this.regions.rest(region.location, error.retryAfterMs);
        failure = soonest(failure, error);
      }
    }
    throw failure ?? unreachable(this.provider);
  }

  private async ask(region: Region<VertexAI>, request: ModelRequest): Promise<ModelAnswer> {
    const { timeoutMs, signal } = request;
    let response: unknown;
    try {
      response = await withDeadline({ provider: this.provider, timeoutMs, signal }, () =>
        this.send(region.client, request),
      );
    } catch (error) {
      throw vertexFailure(error);
    }
    return readAnswer(this.provider, response);
  }

  private async send(client: VertexAI, request: ModelRequest): Promise<unknown> {
    const { audio, prompt } = request;
    const recording =
      audio === undefined
        ? []
        : [{ inlineData: { mimeType: audio.mimeType, data: audio.bytes.toString('base64') } }];
    // The SDK's own time limit is what frees the socket of a hanging call. It is not cleared when the answer comes first.
    const model = client.getGenerativeModel({ model: request.model }, { timeout: request.timeoutMs });
    const { response } = await model.generateContent({
      systemInstruction: { role: 'system', parts: [{ text: request.systemInstruction }] },
      contents: [{ role: 'user', parts: [...recording, { text: prompt }] }],
      generationConfig: {
        responseMimeType: 'application/json',
        responseSchema: toSdkSchema(request.responseSchema),
        maxOutputTokens: request.maxOutputTokens,
        temperature: TEMPERATURE,
      },
    });
    return response;
  }
}

/** Of two regions that are overloaded, the one that can be asked again first speaks for both. */
function soonest(
  one: ProviderUnavailableError | undefined,
  other: ProviderUnavailableError,
): ProviderUnavailableError {
  if (one === undefined) return other;
  return (one.retryAfterMs ?? 0) <= (other.retryAfterMs ?? 0) ? one : other;
}

/**
 * What an error of the SDK means. It is never kept as a cause: it can hold the token request and the provider's whole
 * answer.
 */
export function vertexFailure(error: unknown): ProviderError {
  const provider = 'vertexai';
  if (error instanceof ProviderError) return error;
  if (error instanceof GoogleAuthError) return tokenFailure(error.cause);
  if (error instanceof ClientError && error.cause instanceof GoogleApiError) {
    const { code, status, errorDetails } = error.cause;
    return failureFromStatus(provider, { status: Number(code), body: { status, details: errorDetails } });
  }
  // With a cause, the request did not get through; without, it is how the SDK reports every 5xx, the number in prose only.
  if (error instanceof GoogleGenerativeAIError) {
    return error.cause === undefined ? serverFailed(provider) : unreachable(provider);
  }
  // A 2xx or an error page: the SDK does not tell which.
  if (isUnreadableBody(error)) {
    return unusableAnswer(provider, 'invalid_answer', 'sent an answer that is not JSON');
  }
  return unreachable(provider);
}

/** No token: a status of 4xx (invalid_grant) or no request at all (an unusable key) will not heal by itself. */
function tokenFailure(cause: unknown): ProviderError {
  const provider = 'vertexai';
  const response = isRecord(cause) ? cause.response : undefined;
  const status = isRecord(response) && typeof response.status === 'number' ? response.status : undefined;
  if (status === undefined) return isKeyError(cause) ? accessRefused(provider) : unreachable(provider);
  if (status === 408 || status === 429 || status >= 500) return failureFromStatus(provider, { status });
  return accessRefused(provider, status);
}

/** OpenSSL could not read the private key, or there is none. */
function isKeyError(cause: unknown): boolean {
  return isRecord(cause) && typeof cause.code === 'string' && cause.code.startsWith('ERR_OSSL');
}

function toSdkSchema(schema: ModelSchema): ResponseSchema {
  const properties = Object.entries(schema.properties).map(
    ([name, { description }]) => [name, { type: SchemaType.STRING, description }] as const,
  );
  return { type: SchemaType.OBJECT, properties: Object.fromEntries(properties), required: schema.required };
}
