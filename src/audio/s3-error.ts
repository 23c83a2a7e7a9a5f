import { S3ServiceException } from '@aws-sdk/client-s3';

/** No object of this key, as GET and HEAD say it. */
const MISSING_CODES = new Set(['NoSuchKey', 'NotFound']);

/** What the store's code, or where there is none its status, means for whoever set it up. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['InvalidAccessKeyId', 'does not know the key; check STORAGE_S3_KEY'],
  ['SignatureDoesNotMatch', 'refuses the signature; check STORAGE_S3_SECRET and STORAGE_S3_REGION'],
  ['AuthorizationHeaderMalformed', 'refuses the signature; check STORAGE_S3_REGION'],
  ['AccessDenied', 'denies access; let the key list the bucket, and get, put and delete its objects'],
  ['NoSuchBucket', 'has no such bucket; check STORAGE_S3_BUCKET, or create it'],
  ['PermanentRedirect', 'keeps the bucket elsewhere; check STORAGE_S3_REGION and STORAGE_S3_ENDPOINT'],
  ['RequestTimeTooSkewed', 'says that the clock of this machine is wrong; run an NTP client'],
  ['301', 'keeps the bucket elsewhere; check STORAGE_S3_REGION and STORAGE_S3_ENDPOINT'],
  ['403', 'denies access; check STORAGE_S3_KEY, STORAGE_S3_SECRET, and what they may do'],
]);

export function isMissingObject(error: unknown): boolean {
  return error instanceof S3ServiceException && MISSING_CODES.has(error.name);
}

/**
 * What an S3-compatible store's failure means, as the end of a sentence whose subject is the store. It holds no key, URL or
 * signature: the error itself carries some, and must neither be logged nor kept as a cause.
 */
export function s3Reason(error: unknown): string {
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode;
    const meaning = MEANINGS.get(error.name) ?? MEANINGS.get(String(status));
    return meaning ?? `answered ${wordOf(error.name)} (status ${status ?? 'unknown'})`;
  }
  return `cannot be reached (${codeOf(error)}); check STORAGE_S3_ENDPOINT and the network`;
}

/** The store's own word for it: an identifier, or nothing that a log should hold. */
function wordOf(name: string): string {
  return /^[A-Za-z0-9.]{1,60}$/.test(name) ? name : 'an error';
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'no code';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'no code';
}
