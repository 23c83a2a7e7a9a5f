const SUBMISSION_PARAMETER = 'submission';

/**
 * Builds the URL that the provider calls for one submission. AssemblyAI keeps query parameters
 * unchanged (https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio), so the
 * URL identifies the submission even when the answer to the submit was lost.
 *
 * @param base as configured; its own query string is kept byte for byte, and its fragment, which no
 *   server sees, is removed
 */
export function callbackUrl(base: string, submissionId: string): string {
  const [address = ''] = base.split('#');
  return `${address}${separatorAfter(address)}${SUBMISSION_PARAMETER}=${encodeURIComponent(submissionId)}`;
}

function separatorAfter(address: string): string {
  const mark = address.indexOf('?');
  if (mark === -1) return '?';
  const query = address.slice(mark + 1);
  return query === '' || query.endsWith('&') ? '' : '&';
}

/**
 * Reads the submission id from a transcript's `webhook_url`.
 *
 * @returns undefined when there is no URL, or it is not one of ours (made by hand, by another
 *   release, or deleted)
 */
export function submissionIdOf(webhookUrl: string | null | undefined): string | undefined {
  if (typeof webhookUrl !== 'string' || !URL.canParse(webhookUrl)) return undefined;
  // Our parameter is the last: the configured URL may have a parameter of the same name.
  const named = new URL(webhookUrl).searchParams.getAll(SUBMISSION_PARAMETER).at(-1);
  return named === '' ? undefined : named;
}
