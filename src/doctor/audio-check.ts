import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { AudioError } from '../audio/audio-error.js';
import type { AudioStorage, StoredAudio } from '../audio/audio-storage.js';
import { createAudioStorage } from '../audio/create-audio-storage.js';
import { fetchAudio } from '../audio/fetch-audio.js';
import type { AppConfig } from '../config/app-config.js';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import { CHECK_TIMEOUT_MS, failed, ok, type Check, type Finding } from './check.js';

/** Shortest file whose content is audio: the header of an empty WAV file. */
const EMPTY_WAV = Buffer.from(
  '524946462400000057415645666d74201000000001000100401f0000803e0000020010006461746100000000',
  'hex',
);

/** Stores a recording, fetches it back by the URL that AssemblyAI would get, and removes it. */
export function audioCheck(config: AppConfig): Check {
  return { name: 'recordings', run: () => examine(config) };
}

async function examine(config: AppConfig): Promise<Finding> {
  const storage = await createAudioStorage(config);
  try {
    await storage.check();
    return await roundTrip(config, storage);
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    return failed(error.message, 'recordings cannot be stored until that is fixed');
  } finally {
    storage.close();
  }
}

async function roundTrip({ storage: { kind } }: AppConfig, storage: AudioStorage): Promise<Finding> {
  const stored = await storage.save({
    stream: Readable.from([EMPTY_WAV]),
    maxBytes: EMPTY_WAV.length,
    key: `doctor/${randomUUID()}`,
  });
  try {
    return kind === 'local' ? ok('DATA_DIR can be written to') : await fetchBack(storage, stored);
  } finally {
    await storage.delete(stored.key);
  }
}

async function fetchBack(storage: AudioStorage, { key }: StoredAudio): Promise<Finding> {
  const url = (await storage.publicUrl(key)) ?? '';
  const fetched = await fetchAudio({
    url,
    maxBytes: EMPTY_WAV.length,
    timeoutMs: CHECK_TIMEOUT_MS,
    agents: OutboundAgents.unrestricted(),
  });
  if ('bytes' in fetched && fetched.bytes.equals(EMPTY_WAV)) {
    return ok(`objects can be stored, read by signed URL and deleted in the bucket at ${new URL(url).host}`);
  }
  return failed(
    `a signed URL of the bucket does not return the stored file: ${'failed' in fetched ? fetched.detail : 'the content differs'}`,
    'let STORAGE_S3_KEY read objects; AssemblyAI must reach STORAGE_S3_ENDPOINT as well',
  );
}
