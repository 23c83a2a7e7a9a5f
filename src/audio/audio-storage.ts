import type { Readable } from 'node:stream';
import type { DeclaredFile } from './declared-audio.js';

/** A recording on its way into the store. */
export interface NewAudio {
  stream: Readable;
  maxBytes: number;
  key: string;
  declared?: DeclaredFile;
}

/** A recording as the store holds it. */
export interface StoredAudio {
  /** `<conversationId>/<chunkId>.<extension>`: what `open`, `delete` and `publicUrl` take. */
  key: string;
  /** 1 or more. */
  bytes: number;
  /** By content, never by what the sender said; `application/octet-stream` where only the sender says that it is a recording. */
  mimeType: string;
  /** Of the bytes, in hexadecimal, where the store reckons it. */
  sha256?: string;
}

/** A recording being read. Read `stream` to its end or destroy it: it holds a file or a connection open. */
export interface OpenedAudio {
  stream: Readable;
  bytes: number;
  mimeType: string;
}

/** A recording that lies in the store. */
export interface ListedAudio {
  /** Key that `save` handed out. */
  key: string;
  /** By the store's clock, in milliseconds since the epoch. */
  storedAtMs: number;
}

export interface AudioPage {
  recordings: ListedAudio[];
  /** `after` of the next page; undefined: this was the last one. */
  next: string | undefined;
}

/**
 * Where recordings live. Keys are made by us and are unguessable and unique per chunk; a recording is never changed.
 *
 * Deliberately not in it: ranges, and copying.
 */
export abstract class AudioStorage {
  /**
   * Streams a recording in. It is there completely, and safe from a crash of the machine, when the promise resolves;
   * otherwise nothing is. Repeating it with the same key and the same kind of audio replaces the first.
   *
   * The stream has been read to its end or destroyed when the promise settles. It must fail when its source is cut: one
   * that simply ends is taken for complete.
   *
   * @param input.key `<conversationId>/<chunkId>`, without extension
   * @param input.maxBytes the largest that is accepted; reading stops at the first byte beyond
   * @param input.declared what the sender calls it: counts where the content is of no known kind
   * @throws AudioTooLargeError, NotAudioError (empty, or not audio by content), UploadCutOffError: the sender's fault
   * @throws AudioStoreFullError when there is no room for it
   * @throws AudioStoreError, or the file system's own error, when the store does not take it
   * @throws InvalidAudioKeyError a key of another shape
   */
  abstract save(input: NewAudio): Promise<StoredAudio>;

  /**
   * @throws AudioMissingError when there is none
   * @throws AudioUnavailableError when the store cannot be read now. The stream may still fail later, with any error.
   * @throws InvalidAudioKeyError a key that `save` did not hand out
   */
  abstract open(key: string): Promise<OpenedAudio>;

  /** Removes the recording. Harmless when it is gone already. */
  abstract delete(key: string): Promise<void>;

  /**
   * Removes whatever is stored of a conversation, complete or not, also what no record knows of. Harmless when there is nothing.
   *
   * @throws AudioStoreError, or the file system's own error, when something may be left: try again
   */
  abstract deleteConversation(conversationId: string): Promise<void>;

  /**
   * Lists complete recordings, in an order of the store's own, and nothing else that lies there. One that is stored or removed while
   * pages are read may be missing or listed; all others are listed once.
   *
   * @param page.after `next` of the page before; undefined: the first page
   * @param page.limit the most that a page holds; it may hold fewer, or none, and still have a next one
   * @throws AudioStoreError, or the file system's own error, when the store cannot be listed
   */
  abstract list(page: { after?: string; limit: number }): Promise<AudioPage>;

  /**
   * A URL under which the transcription provider can fetch the recording, good for days, different at each call where it
   * is signed. It is a secret: never log or store it.
   *
   * @returns null when the store cannot be reached from outside: the recording must be uploaded to the provider
   */
  abstract publicUrl(key: string): Promise<string | null>;

  /** @throws AudioStoreError with one line for the operator when the store cannot be used now */
  abstract check(): Promise<void>;

  /**
   * Removes what uploads left behind when their process died a day ago or earlier. Harmless at any time, also while others receive
   * uploads.
   *
   * @param nowMs the present, in milliseconds since the epoch
   * @returns how many were removed
   */
  abstract cleanTemporary(nowMs?: number): Promise<number>;

  /** Closes its connections. */
  abstract close(): void;
}
