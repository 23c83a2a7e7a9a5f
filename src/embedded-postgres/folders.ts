import { open, stat } from 'node:fs/promises';
import { errnoOf } from './embedded-postgres-error.js';

/** Whether a file or a folder exists; throws when that cannot be determined. */
export async function pathExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Makes a rename in the folder survive a power cut. Windows cannot open folders, and journals
 * renames itself.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
