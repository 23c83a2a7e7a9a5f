import { type ProviderError, ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import { parseRetryAfter } from '../retry-after.js';
import { readGoogleError } from './google-error.js';
import type { ModelProvider } from './language-model.js';

interface ProviderMessages {
  name: string;
  /** Advice when the provider refuses access. */
  access: string;
}

const MESSAGES: Record<ModelProvider, ProviderMessages> = {
  gemini: {
    name: 'The Gemini API',
    access: 'Check GEMINI_API_KEY: it must be valid, and its project must have the Gemini API enabled.',
  },
  vertexai: {
    name: 'Vertex AI',
    access:
      'Check GCP_SA_JSON: the key must be valid, its account needs the role Vertex AI User, and its project the Vertex AI API.',
  },
};

export interface HttpFailure {
  status: number;
  /** The parsed body, when there was one. */
  body?: unknown;
  /** The Retry-After header as received. */
  retryAfter?: unknown;
}

/**
 * Creates the error for a status that is not 2xx. The longer pause wins when both header and body
 * contain one.
 *
 * @param nowMs current time, for a Retry-After that is a date
 */
export function failureFromStatus(
  provider: ModelProvider,
  failure: HttpFailure,
  nowMs = Date.now(),
): ProviderError {
  const { status } = failure;
  const { name } = MESSAGES[provider];
  const google = readGoogleError(failure.body);
  const answer = `${name} answered ${describe(status, google.status)}`;

  if (status === 429) {
    const waits = [
      parseRetryAfter(failure.retryAfter, nowMs),
      parseRetryAfter(google.retryDelaySeconds, nowMs),
    ];
    return new ProviderUnavailableError(
      `${answer}: too many requests, or a quota is used up. If it lasts, raise the quota.`,
      { provider, code: 'throttled', status, ambiguous: false, retryAfterMs: longest(waits) },
    );
  }
  // 499 is Google's "cancelled": the connection was closed before the request was processed.
  if (status === 408 || status === 499 || status >= 500 || status < 400) {
    return new ProviderUnavailableError(`${answer}.`, {
      provider,
      code: status === 408 ? 'timeout' : 'server_error',
      status,
      ambiguous: true,
      retryAfterMs: parseRetryAfter(failure.retryAfter, nowMs),
    });
  }
  const { code, advice } = describeRejection(provider, status, google.reason);
  return new ProviderRejectedError(`${answer}. ${advice}`, { provider, code, status });
}

function describeRejection(
  provider: ModelProvider,
  status: number,
  reason: string | undefined,
): { code: string; advice: string } {
  const { access } = MESSAGES[provider];
  // The Gemini API answers 400 with this reason to a wrong key, not 401.
  if (status === 401 || reason === 'API_KEY_INVALID') return { code: 'unauthenticated', advice: access };
  if (status === 403) return { code: 'forbidden', advice: access };
  if (status === 404) {
    return {
      code: 'model_not_found',
      advice:
        'The model is retired, misspelt or not offered there: check CORRECTION_MODEL and SUMMARY_MODEL' +
        (provider === 'vertexai' ? ' and VERTEX_LOCATION.' : '.'),
    };
  }
  if (status === 413) {
    return { code: 'too_large', advice: 'The request is too large: record in shorter chunks.' };
  }
  return {
    code: 'bad_request',
    advice: 'It does not accept this request: check the model, its limits, and the format of the recording.',
  };
}

/** A 5xx whose exact status is unknown. */
export function serverFailed(provider: ModelProvider): ProviderUnavailableError {
  return new ProviderUnavailableError(`${MESSAGES[provider].name} failed on its side (5xx).`, {
    provider,
    code: 'server_error',
    ambiguous: true,
  });
}

/** No answer within the timeout. */
export function timedOut(provider: ModelProvider, timeoutMs: number): ProviderUnavailableError {
  return new ProviderUnavailableError(`${MESSAGES[provider].name} gave no answer within ${timeoutMs} ms.`, {
    provider,
    code: 'timeout',
    ambiguous: true,
  });
}

/** We canceled the request, to shut down for example. */
export function cancelled(provider: ModelProvider): ProviderUnavailableError {
  return new ProviderUnavailableError(`The request to ${MESSAGES[provider].name} was cancelled.`, {
    provider,
    code: 'cancelled',
    ambiguous: true,
  });
}

/** No connection, or one that broke before the answer was complete. */
export function unreachable(provider: ModelProvider): ProviderUnavailableError {
  return new ProviderUnavailableError(
    `${MESSAGES[provider].name} could not be reached, or the connection broke. If it lasts, check the network and the address.`,
    { provider, code: 'network', ambiguous: true },
  );
}

/**
 * A 2xx with unusable content: not JSON, no text, cut off, not as requested. A retry may succeed.
 */
export function unusableAnswer(
  provider: ModelProvider,
  code: string,
  what: string,
): ProviderUnavailableError {
  return new ProviderUnavailableError(`${MESSAGES[provider].name} ${what}.`, {
    provider,
    code,
    ambiguous: false,
  });
}

/** Whether a body was not JSON. */
export function isUnreadableBody(error: unknown): boolean {
  return error instanceof SyntaxError;
}

/** The model, or a filter around it, refuses this specific content. */
export function blocked(
  provider: ModelProvider,
  code: 'prompt_blocked' | 'answer_blocked',
  reason: string,
): ProviderRejectedError {
  const what = code === 'prompt_blocked' ? 'refused the recording or its text' : 'withheld its answer';
  return new ProviderRejectedError(
    `${MESSAGES[provider].name} ${what} (${reason}). The same content will be refused again: listen to the recording, or correct it by hand.`,
    { provider, code },
  );
}

/** The credentials were refused before any request was made. */
export function accessRefused(provider: ModelProvider, status?: number): ProviderRejectedError {
  const { name, access } = MESSAGES[provider];
  return new ProviderRejectedError(`${name} did not accept our credentials. ${access}`, {
    provider,
    code: 'unauthenticated',
    status,
  });
}

function describe(status: number, word: string | undefined): string {
  return word === undefined ? String(status) : `${String(status)} ${word}`;
}

function longest(waitsMs: (number | undefined)[]): number | undefined {
  const known = waitsMs.filter((waitMs) => waitMs !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
