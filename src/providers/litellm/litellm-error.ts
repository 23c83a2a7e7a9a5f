import { isRecord } from '../../json/is-record.js';
import { parseJson } from '../../json/parse-json.js';
import { type ProviderError, ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import { pauseOfHeaders } from '../retry-after.js';
import { providerWords } from '../assemblyai/provider-words.js';
import { MAX_TEXT_CHARS } from '../text-length.js';

/**
 * Every way in which a request for a transcript can fail, and what it means. Statuses and codes are those of OpenAI
 * (https://platform.openai.com/docs/guides/error-codes), which LiteLLM and Azure share; other servers may only use some.
 */
export interface FailedAnswer {
  status: number;
  headers: Record<string, unknown>;
  /** As received; JSON or not. */
  body: string;
  /** Values of ours that must not come back in a message. */
  secrets: readonly string[];
  /** The present, in milliseconds since the epoch. */
  nowMs: number;
}

/** An empty purse is the account's state: the same request succeeds once somebody has paid. */
const ACCOUNT_BLOCKED_RETRY_MS = 60_000;

/** OpenAI: "Audio file is too short. Minimum audio length is 0.1 seconds.", code `audio_too_short`. */
const TOO_SHORT = /audio(?: file)? is too short/i;

/** Nothing left the house: the name was not found, or nobody listened. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

export function errorOfAnswer(answer: FailedAnswer): ProviderError {
  const { status } = answer;
  const said = readError(answer);
  if (status === 429 && said.code === 'insufficient_quota') {
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
    return unavailable(
      `The transcription server has a fault of its own (${status})${quoted(said.message)}.`,
      {
        code: status === 408 ? 'timeout' : 'server_fault',
        status,
        retryAfterMs,
        ambiguous: true,
      },
    );
  }
  return rejected(status, said);
}

/** For a request that brought no whole answer. */
export function errorOfSilence(
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

/** For a 2xx that holds no transcript. */
export function errorOfNonsense(status?: number): ProviderUnavailableError {
  return unavailable('The transcription server gave an answer that makes no sense.', {
    code: 'invalid_answer',
    status,
    ambiguous: true,
  });
}

/** Another request would be answered with the same, and paid for. */
export function errorOfLongText(): ProviderRejectedError {
  return new ProviderRejectedError(
    `The transcription server sent a text of more than ${MAX_TEXT_CHARS} characters, which nobody speaks in ten hours.`,
    { provider: 'litellm', code: 'text_too_long' },
  );
}

function rejected(status: number, said: SaidError): ProviderRejectedError {
  const refuse = (code: string, message: string) =>
    new ProviderRejectedError(message, { provider: 'litellm', code, status });
  if (said.code === 'audio_too_short' || TOO_SHORT.test(said.message)) {
    return refuse('no_speech', 'The recording is too short to hold speech.');
  }
  if (status === 401 || status === 403) {
    return refuse(
      status === 401 ? 'unauthorized' : 'forbidden',
      `The transcription server refused the key (${status})${quoted(said.message)}; check LITELLM_TRANSCRIPTION_API_KEY.`,
    );
  }
  if (status < 400 || status === 404 || status === 405) {
    return refuse(
      'wrong_url',
      `There is no such model or address at the transcription server (status ${status})${quoted(said.message)}; check LITELLM_TRANSCRIPTION_MODEL, _API_BASE and _API_VERSION.`,
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
    `The transcription server refused the request (${status})${quoted(said.message)}.`,
  );
}

function unavailable(
  message: string,
  details: { code: string; status?: number; retryAfterMs?: number; ambiguous: boolean },
): ProviderUnavailableError {
  return new ProviderUnavailableError(message, { provider: 'litellm', ...details });
}

function quoted(said: string): string {
  return said === '' ? '' : `: "${said}"`;
}

interface SaidError {
  message: string;
  code: string | undefined;
}

/** `{"error": {"message", "code"}}`; LiteLLM and others also send `{"error": "..."}` or `{"detail": "..."}`. */
function readError({ body, secrets }: FailedAnswer): SaidError {
  const parsed = parseJson(body);
  const error = isRecord(parsed) ? (parsed.error ?? parsed.detail) : undefined;
  const inner = isRecord(error) ? error : { message: error };
  return {
    message: typeof inner.message === 'string' ? providerWords(inner.message, secrets) : '',
    code: typeof inner.code === 'string' ? inner.code : undefined,
  };
}
