import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Recordings and the database's password lie in it. */
const OWNER_ONLY = 0o700;

/**
 * Makes the data folder, closed to others, unless it is there already. Everything that needs the folder makes it here:
 * whoever comes first, the mode is the same. The call that makes the folder sets the mode. A later one must not, as the
 * embedded database may have opened the folder to its user by then.
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dirname(dataDir), { recursive: true });
  // Recursive only so that one that is there is no error.
  await mkdir(dataDir, { recursive: true, mode: OWNER_ONLY });
}
