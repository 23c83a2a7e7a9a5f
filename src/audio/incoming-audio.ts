import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AudioTooLargeError, NotAudioError, UploadCutOffError } from './audio-error.js';
import type { DeclaredFile } from './declared-audio.js';
import { DETECTION_BYTES, mediaTypeOfUpload } from './media-type.js';
import type { MediaType } from './signatures.js';

/**
 * An upload to a store. Its kind is known from its first bytes, before anything is written; its
 * size and hash are known after the last byte has been read. All stores receive uploads through
 * this class, so that they refuse the same files.
 *
 * A refused stream is not destroyed here: the store does that in its `finally`.
 */
export class IncomingAudio {
  readonly #hash = createHash('sha256');
  readonly #head: Buffer[];
  readonly #rest: AsyncGenerator<Buffer>;
  #bytes = 0;

  private constructor(
    readonly type: MediaType,
    head: Buffer[],
    rest: AsyncGenerator<Buffer>,
  ) {
    this.#head = head;
    this.#rest = rest;
  }

  /**
   * Reads the beginning of an upload and detects its kind.
   *
   * @throws NotAudioError, AudioTooLargeError, UploadCutOffError
   */
  static async begin(options: {
    stream: Readable;
    maxBytes: number;
    declared?: DeclaredFile;
  }): Promise<IncomingAudio> {
    const chunks = withinLimit(options);
    const head: Buffer[] = [];
    let headBytes = 0;
    while (headBytes < DETECTION_BYTES) {
      const next = await chunks.next();
      if (next.done === true) break;
      head.push(next.value);
      headBytes += next.value.byteLength;
    }
    if (headBytes === 0) throw new NotAudioError('empty');
    const type = await mediaTypeOfUpload(Buffer.concat(head), options.declared ?? {});
    if (type === 'later_piece') throw new NotAudioError('later_piece');
    if (typeof type === 'string') throw new NotAudioError('other_content');
    return new IncomingAudio(type, head, chunks);
  }

  /**
   * Yields the whole recording, once.
   *
   * @throws AudioTooLargeError, UploadCutOffError
   */
  async *chunks(): AsyncGenerator<Buffer> {
    for (const chunk of this.#head.splice(0)) yield this.#count(chunk);
    for await (const chunk of this.#rest) yield this.#count(chunk);
  }

  /** Number of bytes that `chunks` has yielded. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Returns the hash of the bytes that `chunks` has yielded, in hexadecimal. Call it once, at the
   * end.
   */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  #count(chunk: Buffer): Buffer {
    this.#bytes += chunk.byteLength;
    this.#hash.update(chunk);
    return chunk;
  }
}

async function* withinLimit(options: { stream: Readable; maxBytes: number }): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of arriving(options.stream)) {
    bytes += chunk.byteLength;
    if (bytes > options.maxBytes) throw new AudioTooLargeError(options.maxBytes);
    yield chunk;
  }
  // A multipart parser with its own size limit ends the file there as if it were complete, and sets
  // this flag.
  if ('truncated' in options.stream && options.stream.truncated === true) {
    throw new AudioTooLargeError(options.maxBytes);
  }
}

/**
 * Yields the incoming bytes, and marks a failure of the sender, to distinguish it from a failure to
 * write.
 */
async function* arriving(stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    }
  } catch (error) {
    throw new UploadCutOffError({ cause: error });
  }
}
