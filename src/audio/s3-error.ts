import { S3ServiceException } from '@aws-sdk/client-s3';
import { AudioStoreError } from './audio-error.js';

/** Codes with which GET and HEAD report a missing object. */
const MISSING_CODES = new Set(['NoSuchKey', 'NotFound']);

interface Meaning {
  /** The end of a sentence whose subject is the store. */
  fault: string;
  remedy: string;
}

const PATH_STYLE: Meaning = {
  fault: 'wants the bucket in the host name',
  remedy: 'set STORAGE_S3_PATH_STYLE=false',
};
const CLOCK: Meaning = {
  fault: 'says that the clock of this machine is wrong',
  remedy: 'run an NTP client',
};
const ELSEWHERE: Meaning = {
  fault: 'keeps the bucket elsewhere',
  remedy: 'check STORAGE_S3_REGION and STORAGE_S3_ENDPOINT',
};

/**
 * Meanings by the store's error code:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['InvalidAccessKeyId', { fault: 'does not know the key', remedy: 'check STORAGE_S3_KEY' }],
  [
    'SignatureDoesNotMatch',
    { fault: 'refuses the signature', remedy: 'check STORAGE_S3_SECRET and STORAGE_S3_REGION' },
  ],
  ['AuthorizationHeaderMalformed', { fault: 'refuses the signature', remedy: 'check STORAGE_S3_REGION' }],
  [
    'AccessDenied',
    {
      fault: 'denies access',
      remedy: 'let the key of STORAGE_S3_KEY list the bucket, and get, put and delete its objects',
    },
  ],
  ['NoSuchBucket', { fault: 'has no such bucket', remedy: 'check STORAGE_S3_BUCKET, or create it' }],
  ['PermanentRedirect', ELSEWHERE],
  ['RequestTimeTooSkewed', CLOCK],
  // Alibaba OSS: https://github.com/peak/s5cmd/issues/518
  ['SecondLevelDomainForbidden', PATH_STYLE],
  // Tencent COS: https://cloud.tencent.com/document/product/436/102489
  ['PathStyleDomainForbidden', PATH_STYLE],
]);

/** Meaning of a 403 without a body, which may be due to the key, its permissions or the address. */
const DENIED: Meaning = {
  fault: 'denies access',
  remedy: 'check STORAGE_S3_KEY, STORAGE_S3_SECRET, and what they may do',
};

/** Name that the SDK gives to an error response without a code. */
const NO_CODE = 'Unknown';

export function isMissingObject(error: unknown): boolean {
  return error instanceof S3ServiceException && MISSING_CODES.has(error.name);
}

/** Whether a range begins beyond the end of the object. */
export function isUnsatisfiableRange(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'InvalidRange';
}

/**
 * Explains the failure of an S3-compatible store, as the end of a sentence whose subject is the
 * store. The text names the store's own code, and holds no key, URL or signature. The error itself
 * may hold them, and must neither be logged nor kept as a cause.
 */
export function s3Reason(error: unknown): string {
  if (!(error instanceof S3ServiceException)) {
    return `cannot be reached (${codeOf(error)}); check STORAGE_S3_ENDPOINT and the network`;
  }
  const status = error.$metadata.httpStatusCode;
  const code = storeCode(error.name);
  const answer = code ?? `status ${status ?? 'unknown'}`;
  const meaning = MEANINGS.get(error.name) ?? (code === undefined ? meaningOfStatus(status) : undefined);
  if (meaning !== undefined) return `${meaning.fault} (${answer}); ${meaning.remedy}`;
  if (code === undefined) return `returned an error (${answer})`;
  return `answered ${code} (status ${status ?? 'unknown'}); look that code up in the documentation of the store`;
}

/** Converts what the SDK threw, which may hold keys and URLs, to an error that is safe to log. */
export function storeError(error: unknown): AudioStoreError {
  return error instanceof AudioStoreError ? error : new AudioStoreError(s3Reason(error));
}

function meaningOfStatus(status: number | undefined): Meaning | undefined {
  if (status === 301) return ELSEWHERE;
  return status === 403 ? DENIED : undefined;
}

/**
 * Returns the store's error code, unless it is no plain identifier and so might not be safe to log.
 */
function storeCode(name: string): string | undefined {
  return name !== NO_CODE && /^[A-Za-z0-9.]{1,60}$/.test(name) ? name : undefined;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'no code';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'no code';
}
