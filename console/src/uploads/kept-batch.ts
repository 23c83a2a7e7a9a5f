import type { PickedFile } from './picked-files';

/** A file that was not sent completely when its page ended. */
export interface KeptFile {
  /** Idempotency key of the file, by which its upload is found again. */
  token: string;
  position: number;
  name: string;
  size: number;
  lastModified: number;
}

/** A batch as a page remembers it, without the bytes: the files must be chosen again. */
export interface KeptBatch {
  conversationId: string;
  finishes: boolean;
  files: readonly KeptFile[];
}

const STORAGE_KEY = 'ringback.uploads';

/** Remembers what of a batch is not sent; nothing when all is. */
export function keepBatch(batch: KeptBatch): void {
  if (batch.files.length === 0) {
    forgetBatch();
    return;
  }
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(batch));
  } catch {
    // A browser that keeps nothing sends the files all the same.
    forgetBatch();
  }
}

export function forgetBatch(): void {
  localStorage.removeItem(STORAGE_KEY);
}

/** Returns the batch that a page of this browser did not finish. */
export function keptBatch(): KeptBatch | null {
  const text = localStorage.getItem(STORAGE_KEY);
  try {
    return text === null ? null : (JSON.parse(text) as KeptBatch);
  } catch {
    return null;
  }
}

/** Finds the kept files among chosen ones. @returns undefined when one is missing */
export function matchFiles(
  kept: readonly KeptFile[],
  chosen: readonly File[],
): (PickedFile & { position: number })[] | undefined {
  const matched = kept.flatMap(({ token, position, name, size, lastModified }) => {
    const file = chosen.find(
      (one) => one.name === name && one.size === size && one.lastModified === lastModified,
    );
    return file === undefined ? [] : [{ token, position, file }];
  });
  return matched.length === kept.length ? matched : undefined;
}
