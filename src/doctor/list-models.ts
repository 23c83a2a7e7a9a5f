import { ApiError, GoogleGenAI, type Model } from '@google/genai';
import type { LanguageModelConfig } from '../config/app-config.js';
import { withDeadline } from '../providers/language-models/deadline.js';
import { isRecord } from '../json/is-record.js';
import {
  accessRefused,
  failureFromStatus,
  isUnreadableBody,
  unreachable,
  unusableAnswer,
} from '../providers/language-models/model-failure.js';
import { ProviderError, ProviderRejectedError } from '../providers/provider-error.js';
import { CHECK_TIMEOUT_MS } from './check.js';

const DEFAULT_BASE_URL = 'https://generativelanguage.googleapis.com/';
/**
 * Largest page size of the Developer API (https://ai.google.dev/api/models#method:-models.list).
 */
const PAGE_SIZE = 1_000;
/** Status codes of gateways that forward prompts only. */
const NO_SUCH_ENDPOINT: readonly number[] = [404, 405, 501];

export type ListingConfig = Exclude<LanguageModelConfig, { kind: 'none' }>;

export interface ListedModel {
  /** Without a leading path such as `models/`. */
  name: string;
  /**
   * Whether the model answers prompts; undefined when the provider does not say, as with Vertex AI.
   */
  generates?: boolean;
}

/**
 * Lists the models that the credentials can see. Free of charge.
 *
 * @throws ProviderError whose `code` distinguishes a refused key, a missing endpoint and a network
 * failure
 */
export async function listModels(config: ListingConfig): Promise<ListedModel[]> {
  const { kind: provider } = config;
  try {
    return await withDeadline({ provider, timeoutMs: CHECK_TIMEOUT_MS }, async (abortSignal) => {
      const listed: ListedModel[] = [];
      // `queryBase` selects Google's own models; Vertex AI would list tuned ones otherwise.
      const pageSize = provider === 'gemini' ? { pageSize: PAGE_SIZE } : {};
      const query = { queryBase: true, abortSignal, ...pageSize };
      for await (const model of await clientFor(config).models.list({ config: query })) {
        listed.push(...readModel(model));
      }
      if (listed.length === 0) throw noList(provider, 'the answer names no model');
      return listed;
    });
  } catch (error) {
    throw asProviderError(provider, error);
  }
}

function clientFor(config: ListingConfig): GoogleGenAI {
  const retryOptions = { attempts: 1 };
  // `vertexai`, and the Developer API's `baseUrl`, are always set: otherwise the SDK reads
  // environment variables of its own.
  if (config.kind === 'gemini') {
    const { apiKey, baseUrl = DEFAULT_BASE_URL } = config;
    return new GoogleGenAI({ vertexai: false, apiKey, httpOptions: { baseUrl, retryOptions } });
  }
  const { project_id, client_email, private_key } = config.serviceAccount;
  const [location = 'global'] = config.locations;
  return new GoogleGenAI({
    vertexai: true,
    project: project_id,
    location,
    googleAuthOptions: { credentials: { client_email, private_key } },
    httpOptions: {
      retryOptions,
      ...(config.apiEndpoint !== undefined && { baseUrl: `https://${config.apiEndpoint}` }),
    },
  });
}

function readModel({ name, supportedActions }: Model): ListedModel[] {
  const lastPart = name?.split('/').at(-1) ?? '';
  if (lastPart === '') return [];
  return [{ name: lastPart, generates: supportedActions?.includes('generateContent') }];
}

function noList(provider: ListingConfig['kind'], message: string): ProviderRejectedError {
  return new ProviderRejectedError(message, { provider, code: 'no_list' });
}

/**
 * Converts an error of the SDK. It is never kept as the cause, as it holds the provider's whole
 * answer.
 */
function asProviderError(provider: ListingConfig['kind'], error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof ApiError) {
    const { status } = error;
    if (NO_SUCH_ENDPOINT.includes(status)) {
      return noList(provider, `there is none at that address (${String(status)})`);
    }
    return failureFromStatus(provider, { status, body: bodyOf(error) });
  }
  if (isUnreadableBody(error)) {
    return unusableAnswer(provider, 'invalid_answer', 'sent an answer that is not JSON');
  }
  return isRefusedAccount(error) ? accessRefused(provider) : unreachable(provider);
}

/** Whether a service account got no token, or OpenSSL cannot read its private key. */
function isRefusedAccount(error: unknown): boolean {
  if (!isRecord(error)) return false;
  const status = isRecord(error.response) ? error.response.status : undefined;
  return status === 400 || status === 401 || String(error.code).startsWith('ERR_OSSL');
}

/** Reads the body of an error response, which the SDK passes on as the message, in JSON. */
function bodyOf({ message }: ApiError): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
