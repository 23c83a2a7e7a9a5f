import {
  ClientError,
  GoogleApiError,
  GoogleAuthError,
  type GenerationConfig,
  GoogleGenerativeAIError,
  SchemaType,
  VertexAI,
  type ResponseSchema,
} from '@google-cloud/vertexai';
import { Logger } from '@nestjs/common';
import { withConsoleWarnings } from '../../observability/library-warnings.js';
import { generationSettings } from './generation-settings.js';
import { factsOf } from './model-catalog.js';
import { ProviderError, type ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import { withDeadline } from './deadline.js';
import { isRecord } from '../../json/is-record.js';
import { MAX_INLINE_AUDIO_BYTES } from '../inline-audio.js';
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
import { PreferenceList } from './preference-list.js';
import { vertexHost } from './vertex-host.js';

/** Required fields of a service account's key file. */
export interface ServiceAccount {
  project_id: string;
  client_email: string;
  private_key: string;
}

export interface VertexAiOptions {
  serviceAccount: ServiceAccount;
  /**
   * Multi-regions (`global`, `eu`, `us`) and regions such as `europe-west1`, the preferred first.
   */
  locations: readonly string[];
  /** Host with an optional port, reached by https; unset: the location's own. */
  apiEndpoint?: string;
}

/** Errors of a region and not of the request, such as its load. The next region may succeed. */
const REGION_FAILURE_CODES: ReadonlySet<string> = new Set(['throttled', 'server_error', 'model_not_found']);
/** With less time left, a model could not answer in the next region either. */
const MIN_TIME_MS = 1_000;

interface Region {
  /** Name of the location. */
  name: string;
  client: VertexAI;
}

/**
 * Gemini through a service account, with Google's `@google-cloud/vertexai`. That SDK is no longer
 * developed and says so on the console for each client; the log gets the warning once. It does not
 * retry, accepts no abort signal, and does not report the status of a 5xx.
 *
 * A region that answers 429 or 5xx is paused for as long as it requests, and the same request goes
 * to the next region at once. The same happens when a region does not serve the model. Other
 * regions are not retries: each is asked once, and all within the request's own timeout.
 */
export class VertexAiModel extends LanguageModel {
  readonly provider = 'vertexai';
  readonly maxInlineAudioBytes = MAX_INLINE_AUDIO_BYTES;
  private readonly regions: PreferenceList<Region>;

  constructor(options: VertexAiOptions) {
    super();
    const { project_id, client_email, private_key } = options.serviceAccount;
    const regions = withConsoleWarnings(new Logger('VertexAi'), () =>
      options.locations.map((location) => ({
        name: location,
        client: new VertexAI({
          project: project_id,
          location,
          apiEndpoint: options.apiEndpoint ?? vertexHost(location),
          googleAuthOptions: { credentials: { client_email, private_key } },
        }),
      })),
    );
    this.regions = new PreferenceList(regions);
  }

  async generate(request: ModelRequest): Promise<ModelAnswer> {
    const endMs = performance.now() + request.timeoutMs;
    const preferred = this.regions.inOrder();
    const paused = this.regions.all.filter((region) => !preferred.includes(region));
    let failure: RegionFailure | undefined;
    for (const region of [...preferred, ...paused]) {
      const timeoutMs = Math.round(endMs - performance.now());
      if (failure !== undefined && timeoutMs < MIN_TIME_MS) break;
      // A paused region is asked only when no other one serves the model.
      if (paused.includes(region) && failure instanceof ProviderUnavailableError) break;
      try {
        return await this.ask(region, { ...request, timeoutMs });
      } catch (error) {
        if (!isRegionFailure(error)) throw error;
        if (error instanceof ProviderUnavailableError) this.regions.pause(region.name, error.retryAfterMs);
        failure = morePromising(failure, error);
      }
    }
    throw failure ?? unreachable(this.provider);
  }

  private async ask(region: Region, request: ModelRequest): Promise<ModelAnswer> {
    const { timeoutMs, signal } = request;
    let response: unknown;
    try {
      response = await withDeadline({ provider: this.provider, timeoutMs, signal }, () =>
        this.send(region.client, request),
      );
    } catch (error) {
      throw vertexFailure(error);
    }
    return readAnswer(this.provider, response, request.onUsage);
  }

  private async send(client: VertexAI, request: ModelRequest): Promise<unknown> {
    const { audio, prompt } = request;
    const recording =
      audio === undefined
        ? []
        : [{ inlineData: { mimeType: audio.mimeType, data: audio.bytes.toString('base64') } }];
    // Only the SDK's own timeout frees the socket of a hanging call. An answer does not clear it.
    const model = client.getGenerativeModel({ model: request.model }, { timeout: request.timeoutMs });
    const { response } = await model.generateContent({
      systemInstruction: { role: 'system', parts: [{ text: request.systemInstruction }] },
      contents: [{ role: 'user', parts: [...recording, { text: prompt }] }],
      generationConfig: {
        responseMimeType: 'application/json',
        responseSchema: toSdkSchema(request.responseSchema),
        maxOutputTokens: request.maxOutputTokens,
        ...settingsOf(request),
      },
    });
    return response;
  }
}

/**
 * The SDK's types lack the thinking level, but it sends the configuration unchanged. Field names:
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thinking
 */
function settingsOf({ model, thinking }: ModelRequest): GenerationConfig & { thinkingConfig?: object } {
  const { temperature, thinkingLevel } = generationSettings(factsOf(model), thinking);
  return {
    ...(temperature !== undefined && { temperature }),
    ...(thinkingLevel !== undefined && { thinkingConfig: { thinkingLevel } }),
  };
}

type RegionFailure = ProviderUnavailableError | ProviderRejectedError;

function isRegionFailure(error: unknown): error is RegionFailure {
  return error instanceof ProviderError && REGION_FAILURE_CODES.has(error.code);
}

/**
 * Chooses the more promising of two regions' failures: an overloaded region rather than one that
 * does not serve the model, and of two overloaded ones the one that can be asked again first.
 */
function morePromising(one: RegionFailure | undefined, other: RegionFailure): RegionFailure {
  if (!(one instanceof ProviderUnavailableError)) return other;
  if (!(other instanceof ProviderUnavailableError)) return one;
  return (one.retryAfterMs ?? 0) <= (other.retryAfterMs ?? 0) ? one : other;
}

/**
 * Converts an error of the SDK. It is never kept as a cause: it can contain the token request and
 * the provider's whole answer.
 */
function vertexFailure(error: unknown): ProviderError {
  const provider = 'vertexai';
  if (error instanceof ProviderError) return error;
  if (error instanceof GoogleAuthError) return tokenFailure(error.cause);
  if (error instanceof ClientError && error.cause instanceof GoogleApiError) {
    const { code, status, errorDetails } = error.cause;
    return failureFromStatus(provider, { status: Number(code), body: { status, details: errorDetails } });
  }
  // With a cause, the request did not get through; without one, the SDK reports a 5xx whose status
  // appears in prose only.
  if (error instanceof GoogleGenerativeAIError) {
    return error.cause === undefined ? serverFailed(provider) : unreachable(provider);
  }
  // A 2xx or an error page: the SDK does not say which.
  if (isUnreadableBody(error)) {
    return unusableAnswer(provider, 'invalid_answer', 'sent an answer that is not JSON');
  }
  return unreachable(provider);
}

/** Converts a failed token request: a 4xx (invalid_grant) or an unusable key is final. */
function tokenFailure(cause: unknown): ProviderError {
  const provider = 'vertexai';
  const response = isRecord(cause) ? cause.response : undefined;
  const status = isRecord(response) && typeof response.status === 'number' ? response.status : undefined;
  if (status === undefined) return isKeyError(cause) ? accessRefused(provider) : unreachable(provider);
  if (status === 408 || status === 429 || status >= 500) return failureFromStatus(provider, { status });
  return accessRefused(provider, status);
}

/** Whether OpenSSL could not read the private key, or there is none. */
function isKeyError(cause: unknown): boolean {
  return isRecord(cause) && typeof cause.code === 'string' && cause.code.startsWith('ERR_OSSL');
}

function toSdkSchema(schema: ModelSchema): ResponseSchema {
  const properties = Object.entries(schema.properties).map(
    ([name, { description }]) => [name, { type: SchemaType.STRING, description }] as const,
  );
  return { type: SchemaType.OBJECT, properties: Object.fromEntries(properties), required: schema.required };
}
