import { open } from 'node:fs/promises';

/** Makes a rename in the folder outlast a power cut. Windows cannot open folders, and journals renames itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
