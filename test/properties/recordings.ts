import { randomUUID } from 'node:crypto';
import { AudioMissingError } from '../../src/audio/audio-error.js';
import {
  type AudioFacts,
  type AudioPage,
  AudioStorage,
  type OpenedAudio,
  type StoredAudio,
} from '../../src/audio/audio-storage.js';

/** Every recording has a unique text, which contains its name. */
export const textOf = (recording: string): string => `what was said in ${recording}`;
export const correctedTextOf = (recording: string): string => `${textOf(recording)} (corrected)`;
export const summaryOf = (transcript: string): string => `in short: ${transcript}`;

const STORE = 'memory://store/';

/** @param audioUrl signed or not */
export function recordingOf(audioUrl: string): string {
  const [recording = ''] = audioUrl.split('?');
  return recording;
}

export const recordingOfKey = (key: string): string => `${STORE}${key}`;
export const newUrl = (): string => `memory://elsewhere/${randomUUID()}`;

/** A storage that signs unique URLs and is empty: corrections use the text alone. */
export class SimulatedStorage extends AudioStorage {
  private signatures = 0;

  save(): Promise<StoredAudio> {
    return Promise.reject(new Error('nothing is uploaded here'));
  }

  open(key: string): Promise<OpenedAudio> {
    return Promise.reject(new AudioMissingError(key));
  }

  stat(key: string): Promise<AudioFacts> {
    return Promise.reject(new AudioMissingError(key));
  }

  delete(): Promise<void> {
    return Promise.resolve();
  }

  deleteConversation(): Promise<void> {
    return Promise.resolve();
  }

  list(): Promise<AudioPage> {
    return Promise.resolve({ recordings: [], next: undefined });
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  cleanTemporary(): Promise<number> {
    return Promise.resolve(0);
  }

  close(): void {
    // Nothing is stored that could be deleted.
  }

  listenUrl(): Promise<null> {
    return Promise.resolve(null);
  }

  publicOrigin(): Promise<null> {
    return Promise.resolve(null);
  }

  publicUrl(key: string): Promise<string> {
    this.signatures += 1;
    return Promise.resolve(`${recordingOfKey(key)}?signature=${this.signatures}`);
  }
}
