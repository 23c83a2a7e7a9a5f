const SUBMISSION_PARAMETER = 'submission';

/**
 * The URL that the provider is to call for one submission. AssemblyAI gives query parameters back unchanged
 * (https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio), so ours says which submission it is about,
 * also when the answer to the submit was lost.
 *
 * @param base as configured; its own query string is kept as it is, byte for byte, and a fragment, which no server sees, is left out
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
 * The submission that a transcript's `webhook_url` names.
 *
 * @returns undefined when there is no URL, or it is none of ours (made by hand, by another release, or deleted)
 */
export function submissionIdOf(webhookUrl: string | null | undefined): string | undefined {
  if (typeof webhookUrl !== 'string' || !URL.canParse(webhookUrl)) return undefined;
  // Ours is the last: the configured URL may have a parameter of the same name.
  const named = new URL(webhookUrl).searchParams.getAll(SUBMISSION_PARAMETER).at(-1);
  return named === '' ? undefined : named;
}
