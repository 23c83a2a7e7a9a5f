import type { StoredAudio } from '../audio-storage.js';
import type { DeclaredFile } from '../declared-audio.js';
import type { MediaType } from '../signatures.js';

/**
 * Size of a part, and the largest number of bytes that are collected in memory or lost in a crash.
 * It is the smallest part that S3 accepts. Its limit of 10,000 parts allows 52 GB.
 */
export const PART_BYTES = 5_242_880;

/** A stored part of a recording. */
export interface StoredPart {
  /** 1 or more; parts follow each other in the order of their numbers, which may have gaps. */
  number: number;
  bytes: number;
  /** Name that `putPart` returned. */
  name: string;
}

/** A recording all of whose bytes are stored as parts. */
export interface PartedAudio {
  /** `<conversationId>/<chunkId>`, without extension. */
  key: string;
  /** Result of `begin`. */
  target: string;
  parts: readonly StoredPart[];
  /** The sender's label, used when the content is of no known kind. */
  declared: DeclaredFile;
}

/**
 * Store of recordings whose bytes arrive in parts, over several requests and processes. The parts
 * are joined to a recording of `AudioStorage`. They are stored beside it, so that
 * `AudioStorage.deleteConversation` removes them too.
 *
 * A stored part is never changed, and no two calls store under the same name: a process that was
 * frozen, and goes on later, cannot change the bytes of another. Which parts belong to a recording
 * is for the caller to record.
 *
 * All methods throw AudioStoreError, AudioStoreFullError, or the file system's own error when the
 * store rejects a request; those that read also PartsGoneError when parts were removed by someone
 * else.
 */
export abstract class PartStorage {
  /**
   * Begins to collect parts. Called once per recording, before its first part; a call whose result
   * was lost may be repeated.
   *
   * @param type detected from the beginning of the recording
   * @returns where the parts are collected, for later calls
   */
  abstract begin(key: string, type: MediaType): Promise<string>;

  /**
   * Stores a part. When the promise resolves, the part survives a crash of the machine.
   *
   * @param part.number never used before for this recording
   * @param part.content `PART_BYTES`, or less in the last part of a recording
   * @returns the name of the part
   */
  abstract putPart(
    key: string,
    part: { target: string; number: number; content: readonly Buffer[] },
  ): Promise<string>;

  /**
   * Stores bytes that are too few for a part, which are read again and become part of the next one.
   * When the promise resolves, they survive a crash of the machine.
   *
   * @returns the name of the bytes
   */
  abstract putTail(key: string, content: readonly Buffer[]): Promise<string>;

  /** Reads what `putTail` stored. */
  abstract readTail(key: string, name: string): Promise<Buffer>;

  /** Removes what `putTail` stored. Idempotent. */
  abstract deleteTail(key: string, name: string): Promise<void>;

  /**
   * Joins the parts to a recording. May be repeated after a crash, also when the recording is
   * complete already.
   *
   * @throws NotAudioError
   */
  abstract join(audio: PartedAudio): Promise<StoredAudio>;

  /**
   * Removes all parts and tails under the key, including those that no caller recorded. A joined
   * recording stays. Idempotent.
   *
   * @param target what `begin` returned, when that is known
   */
  abstract discard(key: string, target: string | undefined): Promise<void>;

  /** Closes the connections of the store. */
  abstract close(): void;
}
