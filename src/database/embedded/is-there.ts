import { stat } from 'node:fs/promises';
import { errnoOf } from './embedded-postgres-error.js';

/** Says whether a file or a folder exists; throws when it cannot be known. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
