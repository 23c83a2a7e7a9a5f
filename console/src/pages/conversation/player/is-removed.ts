/** Statuses that say that a recording is no longer there. */
const REMOVED = [404, 410];

/** Asks whether a recording was removed, as an audio element does not tell why it failed. */
export async function isRemoved(url: string): Promise<boolean> {
  try {
    // A redirect leads to a bucket, which has the recording.
    const response = await fetch(url, { headers: { range: 'bytes=0-0' }, redirect: 'manual' });
    await response.body?.cancel();
    return REMOVED.includes(response.status);
  } catch {
    return false;
  }
}
