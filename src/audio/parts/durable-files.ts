import { open, readdir, stat } from 'node:fs/promises';
import { AudioStoreFullError } from '../audio-error.js';

/** Recordings are personal data, readable only for the user that runs the service. */
const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/** Codes for a full disk, an exceeded quota, and a file that is too long for the file system. */
const FULL_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Writes a new file, and flushes its content to the disk. Its folder is not flushed. */
export async function writeDurably(
  path: string,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes the names in a folder to the disk. */
export async function flushFolder(path: string): Promise<void> {
  // Windows can neither open folders nor needs the flush, as its file systems journal renames.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** @returns the names in the folder, sorted; none when there is no folder */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

export async function modifiedMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** @returns the error to throw when a write failed for lack of room, otherwise undefined */
export function storeFullError(error: unknown): AudioStoreFullError | undefined {
  return FULL_CODES.has(codeOf(error)) ? new AudioStoreFullError(codeOf(error)) : undefined;
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no code';
}
