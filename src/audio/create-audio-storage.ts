import type { AppConfig } from '../config/app-config.js';
import type { AudioStorage } from './audio-storage.js';
import { LocalAudioStorage } from './local-audio-storage.js';
import { LocalPartStorage } from './parts/local-part-storage.js';
import type { PartStorage } from './parts/part-storage.js';

/** Creates the configured store. */
export async function createAudioStorage({ storage, dataDir }: AppConfig): Promise<AudioStorage> {
  if (storage.kind === 'local') return new LocalAudioStorage({ dataDir });
  // Loaded on demand, so that a start with recordings in a folder does not wait for the SDK.
  const { S3AudioStorage } = await import('./s3-audio-storage.js');
  return new S3AudioStorage(storage);
}

/** Creates the store of parts, which are joined to recordings of the configured store. */
export async function createPartStorage(
  { storage, dataDir }: AppConfig,
  recordings: AudioStorage,
): Promise<PartStorage> {
  if (storage.kind === 'local') return new LocalPartStorage({ dataDir, recordings });
  const { S3PartStorage } = await import('./parts/s3-part-storage.js');
  return new S3PartStorage(storage, recordings);
}
