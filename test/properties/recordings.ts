import { randomUUID } from 'node:crypto';
import { AudioMissingError } from '../../src/audio/audio-error.js';
import {
  type AudioFacts,
  type AudioPage,
  AudioStorage,
  type OpenedAudio,
  type StoredAudio,
} from '../../src/audio/audio-storage.js';

/** Letters in place of digits, which a redaction by patterns would take for a phone number. */
const DIGITS = 'ghijklmnop';
const nameOf = (recording: string): string =>
  recording.replace(/\d/g, (digit) => DIGITS[Number(digit)] ?? '');

/** Every recording has a unique text, which contains its name. */
export const textOf = (recording: string): string => `what was said in ${nameOf(recording)}`;
export const correctedTextOf = (recording: string): string => `${textOf(recording)} (corrected)`;

/** Parts of a long recording's text: the service plans these windows from the words below. */
const windowTextsOf = (recording: string): string[] => ['what was', 'said', `in ${nameOf(recording)}`];

/**
 * Duration of each word of a long recording: five words last more than two windows, which have
 * 270 s where the size of the recording is not known.
 */
const WORD_MS = 140_000;
const PAUSE_MS = 1_000;

/** Returns the timed words of a long recording. */
export function wordsOf(recording: string): { text: string; start: number; end: number }[] {
  return textOf(recording)
    .split(' ')
    .map((text, index) => ({ text, start: index * WORD_MS, end: (index + 1) * WORD_MS - PAUSE_MS }));
}

/** Returns the corrected text of a long recording, of which each window is corrected alone. */
export function correctedWindowsOf(recording: string): string {
  return windowTextsOf(recording)
    .map((text) => `${text} (corrected)`)
    .join(' ');
}

/** Returns a text without the numbers of the model's answers in it. */
export const withoutNumbers = (text: string): string => text.replace(ANSWER_NUMBER, '(corrected)');

/** @returns the numbers of the model's answers that a text is made of, in their order */
export const numbersOf = (text: string): number[] =>
  [...text.matchAll(ANSWER_NUMBER)].map(([, number]) => Number(number));

const ANSWER_NUMBER = /\(corrected #(\d+)\)/g;

/** Whether each window of a long recording has its text, corrected or not, in order. */
export function isPartlyCorrected(recording: string, transcript: string): boolean {
  let rest = ` ${transcript}`;
  for (const text of windowTextsOf(recording)) {
    if (!rest.startsWith(` ${text}`)) return false;
    rest = rest.slice(text.length + 1);
    if (rest.startsWith(' (corrected)')) rest = rest.slice(' (corrected)'.length);
  }
  return rest === '';
}
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
