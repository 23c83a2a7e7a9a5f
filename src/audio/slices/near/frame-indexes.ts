import { assembledAudio } from '../../access/assembled-audio.js';
import { FrameIndex, type FrameStream } from './frame-index.js';
import type { NearPart, NearRequest } from './near-request.js';

/** Recordings of which the indexes are kept: some kilobytes for each hour. */
const MAX_INDEXES = 32;

/** Indexes of the recordings that were cut last, so that each recording is read once. */
export class FrameIndexes {
  readonly #indexes = new Map<string, FrameIndex>();

  /**
   * Leaves out the frames before a part.
   *
   * @returns undefined when there are no frames
   */
  async near(
    { audio, seconds, version, signal }: Omit<NearRequest, 'format' | 'track'>,
    stream: FrameStream,
  ): Promise<NearPart | undefined> {
    const place = await this.#indexOf(version, stream).find(seconds, audio, signal);
    if (place === undefined) return undefined;
    return {
      audio: assembledAudio(audio, [{ start: place.offset, end: audio.bytes - 1 }]),
      startSeconds: place.seconds,
    };
  }

  #indexOf(version: string | undefined, stream: FrameStream): FrameIndex {
    const index = (version === undefined ? undefined : this.#indexes.get(version)) ?? new FrameIndex(stream);
    if (version === undefined) return index;
    this.#indexes.delete(version);
    this.#indexes.set(version, index);
    const [oldest] = this.#indexes.keys();
    if (this.#indexes.size > MAX_INDEXES && oldest !== undefined) this.#indexes.delete(oldest);
    return index;
  }
}
