import { adtsFrame, type Frame, mpegFrame } from '../../frames/frame-headers.js';
import { skipTags } from '../../frames/id3.js';
import type { RandomAccessAudio } from '../../access/random-access-audio.js';
import type { Place } from './bisect.js';
import { readUpTo } from './search-bytes.js';

/** Read at once; parsing it takes some milliseconds. */
const BLOCK_BYTES = 1_048_576;

/**
 * Longest frame, and what is read behind it: 2,881 bytes in MPEG audio; the length of a frame of
 * ADTS has 13 bits.
 */
const MAX_FRAME_BYTES = 8_191;

/** Consecutive frames that rule out a coincidence. */
const MIN_FRAMES = 3;

/** Distance of the places that are remembered: as much is read before a slice, and left out. */
const SECONDS_BETWEEN_PLACES = 5;

/** Position of the VBRI tag in its frame: https://www.codeproject.com/Articles/8295/MPEG-Audio-Frame-Header */
const VBRI_OFFSET = 36;

/** A kind of recording that is nothing but frames, which do not carry their times. */
export interface FrameStream {
  frameAt: (bytes: Uint8Array, offset: number) => Frame | undefined;
  /** Whether a frame holds facts about the file, and no sound. */
  isTag: (bytes: Buffer, offset: number) => boolean;
}

export const mpegStream: FrameStream = {
  frameAt: mpegFrame,
  isTag: (bytes, offset) => {
    const tag = (at: number): string => bytes.toString('latin1', offset + at, offset + at + 4);
    const xing = mpegFrame(bytes, offset)?.xingOffset ?? 0;
    return ['Xing', 'Info'].includes(tag(xing)) || tag(VBRI_OFFSET) === 'VBRI';
  },
};

export const adtsStream: FrameStream = { frameAt: adtsFrame, isTag: () => false };

/**
 * Places of frames by their times. Only counting the frames tells the time of one, so the recording
 * is read from its beginning: once, and not further than a part was requested.
 */
export class FrameIndex {
  readonly #places: Place[] = [];
  /** The next byte to be read, and what was counted before it. */
  #offset: number | undefined;
  #samples = 0;
  #seconds = 0;
  #kind: number | undefined;
  #isComplete = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly stream: FrameStream) {}

  /**
   * Finds the last remembered frame at a time or before it. Parts that are requested at the same
   * time take turns, so that the recording is read once.
   *
   * @returns undefined when the recording has no frames
   * @throws when the recording cannot be read, or `signal` aborts; what was counted is kept
   */
  async find(seconds: number, audio: RandomAccessAudio, signal: AbortSignal): Promise<Place | undefined> {
    while (!this.#isComplete && this.#seconds <= seconds) {
      const turn = this.#turn.then(() => this.#readBlock(audio, signal));
      // The next turn does not fail with this one.
      this.#turn = Promise.allSettled([turn]);
      await turn;
    }
    return this.#places.findLast((place) => place.seconds <= seconds) ?? this.#places[0];
  }

  async #readBlock(audio: RandomAccessAudio, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isComplete) return;
    const start: number = this.#offset ?? (await skipTags(audio, signal));
    const block = await readUpTo(audio, start, BLOCK_BYTES, signal);
    const isLast = start + block.length >= audio.bytes;
    this.#offset = start + this.#count(block, start, isLast);
    this.#isComplete = isLast;
  }

  /** @returns the number of bytes that are done with */
  #count(block: Buffer, start: number, isLast: boolean): number {
    // A frame at the end of the block is judged by those behind it, which are in the next block.
    const end = isLast ? block.length : block.length - MIN_FRAMES * MAX_FRAME_BYTES;
    let offset = 0;
    while (offset < end) {
      const frame = this.#frameAt(block, offset);
      if (frame === undefined) {
        // A frame may be a byte shorter than its header says.
        offset = this.#resync(block, Math.max(0, offset - 1), end);
        continue;
      }
      if (!this.stream.isTag(block, offset)) this.#add(frame, start + offset);
      offset += frame.bytes;
    }
    return offset;
  }

  #frameAt(block: Buffer, offset: number): Frame | undefined {
    const frame = this.stream.frameAt(block, offset);
    if (frame === undefined || this.#kind === undefined) return undefined;
    return frame.kind === this.#kind ? frame : undefined;
  }

  /** Finds the next run of frames, behind other content. */
  #resync(block: Buffer, from: number, end: number): number {
    for (let offset = block.indexOf(0xff, from); offset !== -1 && offset < end;) {
      const kind = this.stream.frameAt(block, offset)?.kind;
      if (kind !== undefined && (this.#kind ?? kind) === kind && this.#isRun(block, offset, kind)) {
        this.#kind = kind;
        return offset;
      }
      offset = block.indexOf(0xff, offset + 1);
    }
    return end;
  }

  #isRun(block: Buffer, first: number, kind: number): boolean {
    let offset = first;
    for (let count = 0; count < MIN_FRAMES; count += 1) {
      const frame = this.stream.frameAt(block, offset);
      if (frame?.kind !== kind) return false;
      offset += frame.bytes;
    }
    return true;
  }

  #add({ samples, sampleRate }: Frame, offset: number): void {
    const last = this.#places.at(-1);
    if (last === undefined || this.#seconds >= last.seconds + SECONDS_BETWEEN_PLACES) {
      this.#places.push({ offset, seconds: this.#seconds });
    }
    this.#samples += samples;
    this.#seconds = this.#samples / sampleRate;
  }
}
