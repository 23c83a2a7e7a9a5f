import type { AppConfig } from '../config/app-config.js';
import type { AudioStorage } from './audio-storage.js';
import { LocalAudioStorage } from './local-audio-storage.js';

/** The store that the configuration names. */
export async function createAudioStorage({ storage, dataDir }: AppConfig): Promise<AudioStorage> {
  if (storage.kind === 'local') return new LocalAudioStorage({ dataDir });
  // Loaded on demand: who keeps recordings in a folder need not wait for the SDK at each start.
  const { S3AudioStorage } = await import('./s3-audio-storage.js');
  return new S3AudioStorage(storage);
}
