import { parseJson } from '../../json/parse-json.js';
import {
  type ProviderError,
  type ProviderErrorDetails,
  ProviderNotFoundError,
  ProviderRejectedError,
  ProviderUnavailableError,
} from '../provider-error.js';
import { pauseOfHeaders } from '../retry-after.js';
import { providerWords } from './provider-words.js';
import { settingsNamedIn, SettingRefusedError } from './setting-refusal.js';

/**
 * Every way in which a call to AssemblyAI can fail, and what it means, decided in one place.
 *
 * Only a `submit` can be ambiguous: it costs money and has no idempotency key, so whoever sends it again must look first
 * whether it was carried out. The other calls can simply be repeated.
 */
export type Operation = 'submit' | 'get' | 'list' | 'delete' | 'upload';

export interface FailedAnswer {
  operation: Operation;
  status: number;
  headers: Record<string, unknown>;
  /** As received; JSON or not. */
  body: string;
  /** Values of ours that must not come back in a message. */
  secrets: readonly string[];
  /** The present, in milliseconds since the epoch. */
  nowMs: number;
}

/**
 * A negative balance is the account's state, not the job's: the same request succeeds once somebody has paid. A minute
 * keeps a full queue from asking thousands of times in the meantime.
 */
const ACCOUNT_BLOCKED_RETRY_MS = 60_000;

/** A request id is short; a longer header is not one. */
const MAX_REQUEST_ID_CHARACTERS = 100;

/** Documented with status 400, though the specification says 404: "Transcript lookup error, transcript id not found". */
const UNKNOWN_TRANSCRIPT = /transcript id not found|transcript lookup error/i;
/** Documented with status 400: "Your current account balance is negative. Please top up to continue using the API." */
const NEGATIVE_BALANCE = /account balance is negative/i;

/** Nothing left the house: the name was not found, or nobody listened. */
const NEVER_SENT = new Map([
  ['ECONNREFUSED', 'connection_refused'],
  ['ENOTFOUND', 'name_not_found'],
  ['EAI_AGAIN', 'name_not_found'],
]);

/** For an answer whose status is not 2xx. */
export function errorOfAnswer(answer: FailedAnswer): ProviderError {
  const { status, operation } = answer;
  const said = errorTextOf(answer);
  const asksForOne = operation === 'get' || operation === 'delete';
  if (asksForOne && (status === 404 || (status === 400 && UNKNOWN_TRANSCRIPT.test(said)))) {
    return new ProviderNotFoundError(
      'AssemblyAI does not know this transcript; it was deleted, or belongs to another project or region.',
      details(answer, 'not_found'),
    );
  }
  if (status === 400 && NEGATIVE_BALANCE.test(said)) {
    return new ProviderUnavailableError("AssemblyAI's account balance is negative; top it up.", {
      ...details(answer, 'account_blocked'),
      retryAfterMs: ACCOUNT_BLOCKED_RETRY_MS,
      ambiguous: false,
    });
  }
  if (status === 408 || status === 429 || status >= 500) return unavailable(answer, said);
  return rejected(answer, said);
}

/**
 * For a call that brought no whole answer.
 *
 * @param failure.code the system's or the HTTP library's word for it, where there is one
 */
export function errorOfSilence(failure: {
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

/** For a 2xx that does not hold what it should: HTML of something in between, half an object, a status that we do not know. */
export function errorOfNonsense(answer: {
  operation: Operation;
  status?: number;
  headers?: Record<string, unknown>;
}): ProviderUnavailableError {
  return new ProviderUnavailableError('AssemblyAI gave an answer that makes no sense.', {
    ...details({ status: answer.status, headers: answer.headers ?? {} }, 'invalid_answer'),
    ambiguous: answer.operation === 'submit',
  });
}

/** For a transcript longer than ten hours of speech make it. It would be no shorter the next time. */
export function errorOfLongTranscript(): ProviderRejectedError {
  return new ProviderRejectedError('AssemblyAI sent a transcript longer than ten hours of speech make it.', {
    provider: 'assemblyai',
    code: 'text_too_long',
  });
}

function unavailable(answer: FailedAnswer, said: string): ProviderUnavailableError {
  const [code, message] = unavailableWords(answer.status, said);
  return new ProviderUnavailableError(message, {
    ...details(answer, code),
    retryAfterMs: pauseOfHeaders(answer.headers, answer.nowMs),
    ambiguous: answer.operation === 'submit' && answer.status !== 429,
  });
}

function unavailableWords(status: number, said: string): [code: string, message: string] {
  if (status === 429) return ['throttled', 'AssemblyAI asked us to slow down (429).'];
  if (status === 408) return ['timeout', 'AssemblyAI gave up waiting for our request (408).'];
  return ['server_fault', `AssemblyAI has a fault of its own (${status})${quoted(said)}.`];
}

function rejected(answer: FailedAnswer, said: string): ProviderRejectedError {
  const [code, message] = rejectedWords(answer.status, said);
  const settings = answer.operation === 'submit' && answer.status === 400 ? settingsNamedIn(said) : [];
  if (settings.length > 0) return new SettingRefusedError(message, details(answer, code), settings, said);
  return new ProviderRejectedError(message, details(answer, code));
}

function rejectedWords(status: number, said: string): [code: string, message: string] {
  if (status === 401 || status === 403) {
    return [
      status === 401 ? 'unauthorized' : 'forbidden',
      `AssemblyAI refused the key (${status})${quoted(said)}; check ASSEMBLYAI_API_KEY, and that ASSEMBLYAI_BASE_URL is of the key's region.`,
    ];
  }
  if (status < 400 || status === 404) {
    return [
      'wrong_url',
      `AssemblyAI's interface is not under this URL (status ${status}); check ASSEMBLYAI_BASE_URL.`,
    ];
  }
  return ['rejected', `AssemblyAI refused the request (${status})${quoted(said)}.`];
}

function quoted(said: string): string {
  return said === '' ? '' : `: "${said}"`;
}

function details(
  answer: { status?: number; headers: Record<string, unknown> },
  code: string,
): ProviderErrorDetails {
  const requestId = answer.headers['x-request-id'];
  const usable = typeof requestId === 'string' && requestId.length <= MAX_REQUEST_ID_CHARACTERS;
  return { provider: 'assemblyai', code, status: answer.status, ...(usable && { requestId }) };
}

/** `{"error": "..."}`, made fit to be shown. Empty when the body is anything else: HTML of a gateway, or nothing (503, 504). */
function errorTextOf(answer: FailedAnswer): string {
  const parsed = parseJson(answer.body);
  if (typeof parsed !== 'object' || parsed === null || !('error' in parsed)) return '';
  return typeof parsed.error === 'string' ? providerWords(parsed.error, answer.secrets) : '';
}
