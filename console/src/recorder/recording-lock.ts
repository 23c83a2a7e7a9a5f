/** Name of the lock that the tab holds which records or sends a recording. */
const lockName = (conversationId: string) => `ringback.recording.${conversationId}`;

/**
 * Claims a recording for this tab. The browser gives the claim up when the tab ends, however it
 * ends.
 *
 * @returns gives it up; undefined when another tab has it
 */
export async function claimRecording(conversationId: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    void navigator.locks.request(lockName(conversationId), { ifAvailable: true }, async (lock) => {
      if (lock === null) {
        resolve(undefined);
        return;
      }
      await new Promise<void>((release) => resolve(() => release()));
    });
  });
}

/** Returns the ids of those recordings that no tab works on. */
export async function unclaimed(conversationIds: readonly string[]): Promise<string[]> {
  const { held = [] } = await navigator.locks.query();
  const names = new Set(held.map(({ name }) => name));
  return conversationIds.filter((id) => !names.has(lockName(id)));
}
