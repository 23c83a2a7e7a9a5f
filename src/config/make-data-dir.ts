import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The folder holds recordings and the database's password. */
const OWNER_ONLY = 0o700;

/**
 * Creates the data folder, closed to other users, unless it exists. All code that needs the folder
 * creates it here, so that its mode does not depend on which caller is first. Only the call that
 * creates the folder sets the mode: the embedded database may since have opened an existing folder
 * to its user.
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dirname(dataDir), { recursive: true });
  // Recursive only so that an existing folder is no error.
  await mkdir(dataDir, { recursive: true, mode: OWNER_ONLY });
}
