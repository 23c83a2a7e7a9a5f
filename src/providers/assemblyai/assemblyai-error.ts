import { parseJson } from '../../json/parse-json.js';
import {
  type ProviderError,
  type ProviderErrorDetails,
  ProviderNotFoundError,
  ProviderRejectedError,
  ProviderUnavailableError,
} from '../provider-error.js';
import { pauseOfHeaders } from '../retry-after.js';
import { sanitizeProviderText } from './sanitize-provider-text.js';
import { settingsNamedIn, SettingRefusedError } from './setting-refusal.js';

/**
 * Classifies every failure of a call to AssemblyAI, in one place.
 *
 * Only a `submit` can be ambiguous: it costs money and has no idempotency key, so before sending it
 * again the caller must check whether it was carried out. The other calls can simply be repeated.
 */
export type Operation = 'submit' | 'get' | 'list' | 'delete' | 'upload';

export interface FailedAnswer {
  operation: Operation;
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
 * A negative balance is the account's state, not the job's: the same request succeeds once somebody
 * has paid. A minute's pause keeps a full queue from sending thousands of requests in the meantime.
 */
const ACCOUNT_BLOCKED_RETRY_MS = 60_000;

/** A request id is short; a longer header is not one. */
const MAX_REQUEST_ID_CHARACTERS = 100;

/**
 * Documented with status 400, though the specification says 404: "Transcript lookup error,
 * transcript id not found".
 */
const UNKNOWN_TRANSCRIPT = /transcript id not found|transcript lookup error/i;
/**
 * Documented with status 400: "Your current account balance is negative. Please top up to continue
 * using the API."
 */
const NEGATIVE_BALANCE = /account balance is negative/i;

/** System errors after which nothing was sent: unknown host name, or connection refused. */
const NEVER_SENT = new Map([
  ['ECONNREFUSED', 'connection_refused'],
  ['ENOTFOUND', 'name_not_found'],
  ['EAI_AGAIN', 'name_not_found'],
]);

/** Creates the error for an answer whose status is not 2xx. */
export function errorOfAnswer(answer: FailedAnswer): ProviderError {
  const { status, operation } = answer;
  const reason = errorTextOf(answer);
  const isAboutOneTranscript = operation === 'get' || operation === 'delete';
  if (isAboutOneTranscript && (status === 404 || (status === 400 && UNKNOWN_TRANSCRIPT.test(reason)))) {
    return new ProviderNotFoundError(
      'AssemblyAI does not know this transcript; it was deleted, or belongs to another project or region.',
      details(answer, 'not_found'),
    );
  }
  if (status === 400 && NEGATIVE_BALANCE.test(reason)) {
    return new ProviderUnavailableError("AssemblyAI's account balance is negative; top it up.", {
      ...details(answer, 'account_blocked'),
      retryAfterMs: ACCOUNT_BLOCKED_RETRY_MS,
      ambiguous: false,
    });
  }
  if (status === 408 || status === 429 || status >= 500) return unavailable(answer, reason);
  return rejected(answer, reason);
}

/**
 * Creates the error for a call without a complete answer.
 *
 * @param failure.code error code of the system or the HTTP library, if any
 */
export function errorOfNoAnswer(failure: {
  operation: Operation;
  reason: 'timeout' | 'stopped' | 'broken';
  code?: string;
}): ProviderUnavailableError {
  const { operation, reason, code: systemCode = 'no code' } = failure;
  const neverSent = NEVER_SENT.get(systemCode);
  const unavailableBecause = (code: string, message: string) =>
    new ProviderUnavailableError(message, {
      provider: 'assemblyai',
      code,
      ambiguous: operation === 'submit' && neverSent === undefined,
    });
  if (reason === 'stopped') {
    return unavailableBecause('stopped', 'The call to AssemblyAI was stopped before it was answered.');
  }
  if (reason === 'timeout') return unavailableBecause('timeout', 'AssemblyAI did not answer in time.');
  if (neverSent !== undefined) {
    return unavailableBecause(
      neverSent,
      `AssemblyAI cannot be reached (${systemCode}); check the network and ASSEMBLYAI_BASE_URL.`,
    );
  }
  return unavailableBecause('connection_lost', `The connection to AssemblyAI broke (${systemCode}).`);
}

/** Creates the error for a 2xx without the expected content, such as HTML or an unknown status. */
export function errorOfInvalidAnswer(answer: {
  operation: Operation;
  status?: number;
  headers?: Record<string, unknown>;
}): ProviderUnavailableError {
  return new ProviderUnavailableError('AssemblyAI sent an invalid answer.', {
    ...details({ status: answer.status, headers: answer.headers ?? {} }, 'invalid_answer'),
    ambiguous: answer.operation === 'submit',
  });
}

/** Creates the error for a transcript longer than ten hours of speech. A retry would not help. */
export function errorOfLongTranscript(): ProviderRejectedError {
  return new ProviderRejectedError('AssemblyAI sent a transcript longer than ten hours of speech.', {
    provider: 'assemblyai',
    code: 'text_too_long',
  });
}

function unavailable(answer: FailedAnswer, reason: string): ProviderUnavailableError {
  const [code, message] = describeUnavailable(answer.status, reason);
  return new ProviderUnavailableError(message, {
    ...details(answer, code),
    retryAfterMs: pauseOfHeaders(answer.headers, answer.nowMs),
    ambiguous: answer.operation === 'submit' && answer.status !== 429,
  });
}

function describeUnavailable(status: number, reason: string): [code: string, message: string] {
  if (status === 429) return ['throttled', 'AssemblyAI asked us to slow down (429).'];
  if (status === 408) return ['timeout', 'AssemblyAI gave up waiting for our request (408).'];
  return ['server_fault', `AssemblyAI failed internally (${status})${quoted(reason)}.`];
}

function rejected(answer: FailedAnswer, reason: string): ProviderRejectedError {
  const [code, message] = describeRejection(answer.status, reason);
  const settings = answer.operation === 'submit' && answer.status === 400 ? settingsNamedIn(reason) : [];
  if (settings.length > 0) return new SettingRefusedError(message, details(answer, code), settings, reason);
  return new ProviderRejectedError(message, details(answer, code));
}

function describeRejection(status: number, reason: string): [code: string, message: string] {
  if (status === 401 || status === 403) {
    return [
      status === 401 ? 'unauthorized' : 'forbidden',
      `AssemblyAI refused the key (${status})${quoted(reason)}; check ASSEMBLYAI_API_KEY, and that ASSEMBLYAI_BASE_URL is of the key's region.`,
    ];
  }
  if (status < 400 || status === 404) {
    return [
      'wrong_url',
      `AssemblyAI's interface is not under this URL (status ${status}); check ASSEMBLYAI_BASE_URL.`,
    ];
  }
  return ['rejected', `AssemblyAI refused the request (${status})${quoted(reason)}.`];
}

function quoted(reason: string): string {
  return reason === '' ? '' : `: "${reason}"`;
}

function details(
  answer: { status?: number; headers: Record<string, unknown> },
  code: string,
): ProviderErrorDetails {
  const requestId = answer.headers['x-request-id'];
  const usable = typeof requestId === 'string' && requestId.length <= MAX_REQUEST_ID_CHARACTERS;
  return { provider: 'assemblyai', code, status: answer.status, ...(usable && { requestId }) };
}

/**
 * Returns the sanitized text of `{"error": "..."}`, or an empty text for any other body: HTML of a
 * gateway, or nothing (503, 504).
 */
function errorTextOf(answer: FailedAnswer): string {
  const parsed = parseJson(answer.body);
  if (typeof parsed !== 'object' || parsed === null || !('error' in parsed)) return '';
  return typeof parsed.error === 'string' ? sanitizeProviderText(parsed.error, answer.secrets) : '';
}
