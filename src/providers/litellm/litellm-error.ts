import { isRecord } from '../../json/is-record.js';
import { parseJson } from '../../json/parse-json.js';
import { type ProviderError, ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import { pauseOfHeaders } from '../retry-after.js';
import { sanitizeProviderText } from '../assemblyai/sanitize-provider-text.js';
import { MAX_TEXT_CHARS } from '../text-length.js';

/**
 * Classifies every failure of a transcription request. Statuses and codes are OpenAI's
 * (https://platform.openai.com/docs/guides/error-codes), which LiteLLM and Azure share; other
 * servers may use only some of them.
 */
export interface FailedAnswer {
  status: number;
  headers: Record<string, unknown>;
  /** Raw body, JSON or not. */
  body: string;
  /** Our secrets, which must not appear in a message. */
  secrets: readonly string[];
  /** Current time in milliseconds since the epoch. */
  nowMs: number;
}

/**
 * An exhausted balance is the account's state: the same request succeeds once somebody has paid.
 */
const ACCOUNT_BLOCKED_RETRY_MS = 60_000;

/**
 * OpenAI: "Audio file is too short. Minimum audio length is 0.1 seconds.", code `audio_too_short`.
 */
const TOO_SHORT = /audio(?: file)? is too short/i;

/** System errors after which nothing was sent: unknown host name, or connection refused. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

export function errorOfAnswer(answer: FailedAnswer): ProviderError {
  const { status } = answer;
  const error = readError(answer);
  if (status === 429 && error.code === 'insufficient_quota') {
    return unavailable('The account of the transcription server has no quota left; top it up.', {
      code: 'account_blocked',
      status,
      retryAfterMs: ACCOUNT_BLOCKED_RETRY_MS,
      ambiguous: false,
    });
  }
  const retryAfterMs = pauseOfHeaders(answer.headers, answer.nowMs);
  if (status === 429) {
    return unavailable('The transcription server asked us to slow down (429).', {
      code: 'throttled',
      status,
      retryAfterMs,
      ambiguous: false,
    });
  }
  if (status === 408 || status >= 500) {
    return unavailable(`The transcription server failed internally (${status})${quoted(error.message)}.`, {
      code: status === 408 ? 'timeout' : 'server_fault',
      status,
      retryAfterMs,
      ambiguous: true,
    });
  }
  return rejected(status, error);
}

/** Creates the error for a request without a complete answer. */
export function errorOfNoAnswer(
  reason: 'timeout' | 'stopped' | 'broken',
  systemCode = 'no code',
): ProviderUnavailableError {
  if (reason === 'timeout') {
    return unavailable('The transcription server did not answer within TRANSCRIBE_TIMEOUT_MS.', {
      code: 'timeout',
      ambiguous: true,
    });
  }
  if (reason === 'stopped') {
    return unavailable('The request for a transcript was stopped before it was answered.', {
      code: 'stopped',
      ambiguous: true,
    });
  }
  if (NEVER_SENT.has(systemCode)) {
    return unavailable(
      `The transcription server cannot be reached (${systemCode}); check the network and LITELLM_TRANSCRIPTION_API_BASE.`,
      { code: 'unreachable', ambiguous: false },
    );
  }
  return unavailable(`The connection to the transcription server broke (${systemCode}).`, {
    code: 'connection_lost',
    ambiguous: true,
  });
}

/** Creates the error for a 2xx without a transcript. */
export function errorOfInvalidAnswer(status?: number): ProviderUnavailableError {
  return unavailable('The transcription server sent an invalid answer.', {
    code: 'invalid_answer',
    status,
    ambiguous: true,
  });
}

/** Creates the error for a text too long to be speech. A retry would return, and cost, the same. */
export function errorOfLongText(): ProviderRejectedError {
  return new ProviderRejectedError(
    `The transcription server sent a text of more than ${MAX_TEXT_CHARS} characters, more than ten hours of speech.`,
    { provider: 'litellm', code: 'text_too_long' },
  );
}

function rejected(status: number, error: ServerError): ProviderRejectedError {
  const refuse = (code: string, message: string) =>
    new ProviderRejectedError(message, { provider: 'litellm', code, status });
  if (error.code === 'audio_too_short' || TOO_SHORT.test(error.message)) {
    return refuse('no_speech', 'The recording is too short to hold speech.');
  }
  if (status === 401 || status === 403) {
    return refuse(
      status === 401 ? 'unauthorized' : 'forbidden',
      `The transcription server refused the key (${status})${quoted(error.message)}; check LITELLM_TRANSCRIPTION_API_KEY.`,
    );
  }
  if (status < 400 || status === 404 || status === 405) {
    return refuse(
      'wrong_url',
      `There is no such model or address at the transcription server (status ${status})${quoted(error.message)}; check LITELLM_TRANSCRIPTION_MODEL, _API_BASE and _API_VERSION.`,
    );
  }
  if (status === 413) {
    return refuse(
      'audio_too_large',
      'The recording is too large for the transcription server; record in shorter chunks.',
    );
  }
  return refuse(
    'rejected',
    `The transcription server refused the request (${status})${quoted(error.message)}.`,
  );
}

function unavailable(
  message: string,
  details: { code: string; status?: number; retryAfterMs?: number; ambiguous: boolean },
): ProviderUnavailableError {
  return new ProviderUnavailableError(message, { provider: 'litellm', ...details });
}

function quoted(text: string): string {
  return text === '' ? '' : `: "${text}"`;
}

interface ServerError {
  message: string;
  code: string | undefined;
}

/** Reads `{"error": {"message", "code"}}`, `{"error": "..."}` (LiteLLM) or `{"detail": "..."}`. */
function readError({ body, secrets }: FailedAnswer): ServerError {
  const parsed = parseJson(body);
  const error = isRecord(parsed) ? (parsed.error ?? parsed.detail) : undefined;
  const inner = isRecord(error) ? error : { message: error };
  return {
    message: typeof inner.message === 'string' ? sanitizeProviderText(inner.message, secrets) : '',
    code: typeof inner.code === 'string' ? inner.code : undefined,
  };
}
