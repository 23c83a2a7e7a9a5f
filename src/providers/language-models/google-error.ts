import { isRecord } from '../../json/is-record.js';

/** Machine-readable fields of Google's error body (https://cloud.google.com/apis/design/errors). */
export interface GoogleError {
  /** A name of google.rpc.Code, such as RESOURCE_EXHAUSTED. */
  status?: string;
  /** The reason of a google.rpc.ErrorInfo, such as API_KEY_INVALID. */
  reason?: string;
  /**
   * The pause of a google.rpc.RetryInfo, in seconds as text ("19.5"), the form of a Retry-After
   * header.
   */
  retryDelaySeconds?: string;
}

/** Only code words are used in our messages: free text can quote keys and URLs of the request. */
const CODE_WORD = /^[A-Z][A-Z0-9_]{1,63}$/;

/** google.protobuf.Duration in JSON: seconds with up to nine decimals and an `s`. */
const DURATION = /^(\d{1,9}(?:\.\d{1,9})?)s$/;

/**
 * Reads an error body of any shape; unknown parts are ignored. Never throws.
 *
 * @param body the parsed body: `{error: {...}}`, the inner object alone, or a list with one of them
 */
export function readGoogleError(body: unknown): GoogleError {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const error = isRecord(first) && isRecord(first.error) ? first.error : first;
  if (!isRecord(error)) return {};
  const details: unknown[] = Array.isArray(error.details) ? error.details : [];
  return {
    status: codeWord(error.status),
    reason: codeWord(findDetail(details, 'google.rpc.ErrorInfo')?.reason),
    retryDelaySeconds: readDuration(findDetail(details, 'google.rpc.RetryInfo')?.retryDelay),
  };
}

/** Returns the value if it is a code word; anything else, above all free text, is dropped. */
export function codeWord(value: unknown): string | undefined {
  return typeof value === 'string' && CODE_WORD.test(value) ? value : undefined;
}

function findDetail(details: unknown[], type: string): Record<string, unknown> | undefined {
  return details
    .filter(isRecord)
    .find((detail) => typeof detail['@type'] === 'string' && detail['@type'].endsWith(`/${type}`));
}

function readDuration(value: unknown): string | undefined {
  return typeof value === 'string' ? DURATION.exec(value)?.[1] : undefined;
}
