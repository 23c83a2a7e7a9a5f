/** A text that is not saved yet, and the revision that it changes. */
export interface Draft {
  text: string;
  revision: number;
}

/** Beginning of the keys in the browser's session storage, before the chunk's id. */
const PREFIX = 'ringback.draft.';

/** Ids of the chunks that were being edited when the page was left. */
export function storedDrafts(): Set<string> {
  return new Set(
    Object.keys(sessionStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length)),
  );
}

export function storedDraft(chunkId: string): Draft | null {
  const stored = sessionStorage.getItem(PREFIX + chunkId);
  return stored === null ? null : (JSON.parse(stored) as Draft);
}

export function storeDraft(chunkId: string, draft: Draft): void {
  try {
    sessionStorage.setItem(PREFIX + chunkId, JSON.stringify(draft));
  } catch {
    // A full storage only costs the draft its life after a reload.
  }
}

export function removeDraft(chunkId: string): void {
  sessionStorage.removeItem(PREFIX + chunkId);
}
