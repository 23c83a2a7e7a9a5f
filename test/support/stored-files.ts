import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Every file under the folder that recordings are kept in, half-written ones included; folders do not count. */
export async function storedFiles(dataDir: string): Promise<string[]> {
  const root = join(dataDir, 'audio');
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    // Before the first upload there is no folder.
    // (An error of Node's own is no instance of the Error that Jest shows to a test.)
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
