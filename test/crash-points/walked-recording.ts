import { createHash } from 'node:crypto';
import { SeededRandom } from '../../simulator/seeded-random.js';
import { wav } from '../support/api.js';
import { joinedRecording, SAMPLES, samplesAt } from '../support/joined-recording.js';

/** A short recording is corrected by one request, a long one in `LONG_WINDOWS` windows. */
export type Length = 'short' | 'long';

export const LENGTHS: readonly Length[] = ['short', 'long'];

/** A recording that no other scenario has. */
export interface WalkedRecording {
  audio: Uint8Array<ArrayBuffer>;
  sha256: string;
  /** Its corrected text. */
  corrected: string;
}

/** Each of the samples lasts about eleven seconds; a window ends at the silence between two. */
export const WINDOW_SECONDS = 14;
const LONG_SAMPLES = [0, 1, 2];
export const LONG_WINDOWS = LONG_SAMPLES.length;
/** The window that is refused until it is corrected again: neither the first nor the last one. */
const REFUSED_WINDOW = 1;
/**
 * Enough to recognize a prompt by. The prompts of the neighboring windows name at most ten words at
 * the beginning or the end, of twenty.
 */
const MIDDLE_WORDS = [8, 12] as const;

/** Distance of the mark from the end of a long recording, which is silent. */
const MARK_FROM_END_BYTES = 1_000;
/**
 * The seed of the simulator's placeholders, and the number of digits of a recording's digest in
 * them.
 */
const SEED = 1;
const MARK_LENGTH = 6;

/** @param mark makes it unique */
export function walkedRecording(length: Length, mark: string): WalkedRecording {
  if (length === 'short') {
    const audio = wav(mark);
    const sha256 = digestOf(audio);
    return { audio, sha256, corrected: placeholderOf(sha256) };
  }
  const { audio, corrected } = joinedRecording(samplesAt(LONG_SAMPLES));
  audio.set(Buffer.from(mark), audio.length - MARK_FROM_END_BYTES);
  return { audio, sha256: digestOf(audio), corrected };
}

/** Words of the first-stage text of the window that is refused. */
export function refusedWords(): string {
  const { heard = '' } = SAMPLES[LONG_SAMPLES[REFUSED_WINDOW] ?? 0] ?? {};
  return heard
    .split(' ')
    .slice(...MIDDLE_WORDS)
    .join(' ');
}

function digestOf(audio: Uint8Array): string {
  return createHash('sha256').update(audio).digest('hex');
}

/** Returns the simulator's text for an unknown recording. */
function placeholderOf(sha256: string): string {
  const mark = new SeededRandom(SEED).digest(sha256).slice(0, MARK_LENGTH);
  return `[simulated transcript ${mark}] The simulator does not know this recording. It stands for about 1 seconds of speech. (corrected)`;
}
