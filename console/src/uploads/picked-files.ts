import { newToken } from './token';

/** A file in the order in which it becomes a chunk. */
export interface PickedFile {
  /** Its idempotency key as well, so that no retry adds it twice. */
  token: string;
  file: File;
}

/** Adds files at the end, by name; one that is there already is left out. */
export function addFiles(picked: readonly PickedFile[], added: readonly File[]): PickedFile[] {
  const known = new Set(picked.map(({ file }) => identityOf(file)));
  const order = new Intl.Collator(undefined, { numeric: true });
  const fresh = added
    .filter((file) => !known.has(identityOf(file)))
    .sort((one, two) => order.compare(one.name, two.name));
  return [...picked, ...fresh.map((file) => ({ token: newToken(), file }))];
}

/** Moves a file up (-1) or down (1); at an end it stays. */
export function moveFile(picked: readonly PickedFile[], token: string, by: -1 | 1): readonly PickedFile[] {
  const from = picked.findIndex((one) => one.token === token);
  const to = from + by;
  if (from < 0 || to < 0 || to >= picked.length) return picked;
  const moved = picked.filter((one) => one.token !== token);
  return [...moved.slice(0, to), ...picked.slice(from, from + 1), ...moved.slice(to)];
}

/** The same file is often dropped twice; another one of the same name may be meant. */
function identityOf({ name, size, lastModified }: File): string {
  return `${name}\n${size}\n${lastModified}`;
}
