import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AudioTooLargeError, NotAudioError, UploadCutOffError } from './audio-error.js';
import type { DeclaredFile } from './declared-audio.js';
import { DETECTION_BYTES, mediaTypeOfUpload } from './media-type.js';
import type { MediaType } from './signatures.js';

/**
 * An upload on its way into a store: its kind is known from its first bytes, before anything is written, and its size and
 * hash when the last one has been read. Every store receives through this, so that all refuse the same.
 *
 * It does not destroy the stream when it refuses it: the store does, in its `finally`.
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
   * Reads as much as it takes to tell what is coming.
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
   * The whole recording, once.
   *
   * @throws AudioTooLargeError, UploadCutOffError
   */
  async *chunks(): AsyncGenerator<Buffer> {
    for (const chunk of this.#head.splice(0)) yield this.#count(chunk);
    for await (const chunk of this.#rest) yield this.#count(chunk);
  }

  /** Of what `chunks` has handed out. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of what `chunks` has handed out, in hexadecimal. Ask once, at the end. */
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
  // A multipart parser with a limit of its own ends the file there as if it were complete, and says so in this mark.
  if ('truncated' in options.stream && options.stream.truncated === true) {
    throw new AudioTooLargeError(options.maxBytes);
  }
}

/** Tells the sender's failure to send from our own failure to write. */
async function* arriving(stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    }
  } catch (error) {
    throw new UploadCutOffError({ cause: error });
  }
}
