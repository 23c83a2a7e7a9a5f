import type { AppConfig } from '../config/app-config.js';
import type { AudioStorage } from './audio-storage.js';
import { LocalAudioStorage } from './local-audio-storage.js';

/** Creates the configured store. */
export async function createAudioStorage({ storage, dataDir }: AppConfig): Promise<AudioStorage> {
  if (storage.kind === 'local') return new LocalAudioStorage({ dataDir });
  // Loaded on demand, so that a start with recordings in a folder does not wait for the SDK.
  const { S3AudioStorage } = await import('./s3-audio-storage.js');
  return new S3AudioStorage(storage);
}
