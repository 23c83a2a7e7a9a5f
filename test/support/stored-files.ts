import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Lists every file under the folder of recordings, including incomplete ones; folders do not count.
 */
export async function storedFiles(dataDir: string): Promise<string[]> {
  const root = join(dataDir, 'audio');
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    // The folder does not exist before the first upload.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
