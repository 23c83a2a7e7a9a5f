/** The hash in the name of an asset changes with its content. */
const ASSETS = '/assets/';
const FOR_EVER = 'public, max-age=31536000, immutable';
/** Browsers keep the file, and ask each time whether it has changed. */
const ASK_FIRST = 'no-cache';

/** @param url path of the route that serves the file */
export function cacheControlOf(url: string): string {
  return url.startsWith(ASSETS) ? FOR_EVER : ASK_FIRST;
}

/**
 * Headers of the console's files. Scripts, styles and data come from the service alone; recordings
 * also from the bucket to which it redirects.
 *
 * @param mediaOrigin origin of the bucket; null when the service has the recordings itself
 */
export function consoleHeaders(mediaOrigin: string | null): Record<string, string> {
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data:",
    'font-src': "'self'",
    'connect-src': "'self'",
    'media-src': ["'self'", 'blob:', ...(mediaOrigin === null ? [] : [mediaOrigin])].join(' '),
    'manifest-src': "'self'",
    'form-action': "'self'",
    'base-uri': "'none'",
    'frame-ancestors': "'none'",
  };
  return {
    'content-security-policy': Object.entries(policy)
      .map(([name, sources]) => `${name} ${sources}`)
      .join('; '),
    'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
    // With `no-referrer` browsers send `Origin: null` with a form, which is refused.
    'referrer-policy': 'same-origin',
  };
}
