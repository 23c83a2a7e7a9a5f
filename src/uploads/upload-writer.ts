import { Injectable, Logger } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { NotAudioError } from '../audio/audio-error.js';
import type { DeclaredFile } from '../audio/declared-audio.js';
import { DETECTION_BYTES, mediaTypeOfUpload } from '../audio/media-type.js';
import { PART_BYTES, PartStorage } from '../audio/parts/part-storage.js';
import type { MediaType } from '../audio/signatures.js';
import { errorMessage } from '../errors/error-message.js';
import { declaredFile, keyOf } from './upload-facts.js';
import { uploadLocked } from './upload-locker.js';
import { type HeldUpload, type Upload, UploadsRepository } from './uploads.repository.js';

/** Bytes that have arrived and are not a part yet. */
class Collected {
  readonly #buffers: Buffer[] = [];
  bytes = 0;

  add(chunk: Buffer): void {
    this.#buffers.push(chunk);
    this.bytes += chunk.byteLength;
  }

  /** Takes bytes from the beginning. */
  take(bytes: number): Buffer[] {
    const taken: Buffer[] = [];
    let missing = Math.min(bytes, this.bytes);
    this.bytes -= missing;
    while (missing > 0) {
      const first = this.#buffers.shift() ?? Buffer.alloc(0);
      taken.push(first.subarray(0, missing));
      if (first.byteLength > missing) this.#buffers.unshift(first.subarray(missing));
      missing -= Math.min(first.byteLength, missing);
    }
    return taken;
  }

  head(bytes: number): Buffer {
    return Buffer.concat(this.#buffers).subarray(0, bytes);
  }
}

/**
 * Stores the bytes of one request. They count once they survive a crash of the machine and are
 * recorded: each time a part is full, and when the request ends, however it ends. Bytes at the end
 * that are too few for a part are stored as a tail, which the next request makes part of its first
 * part. A crash loses less than a part.
 */
@Injectable()
export class UploadWriter {
  private readonly logger = new Logger(UploadWriter.name);

  constructor(
    private readonly uploads: UploadsRepository,
    private readonly storage: PartStorage,
  ) {}

  /**
   * @param stream must not be longer than the rest of the upload
   * @returns the new offset
   * @throws the stream's own error, after its bytes were stored
   * @throws NotAudioError as soon as the beginning has arrived
   * @throws PartsGoneError, AudioStoreError, AudioStoreFullError as `PartStorage`
   * @throws HttpException with status 423 when the lock is lost, or the upload has ended
   */
  async write(stream: Readable, upload: Upload, held: HeldUpload): Promise<number> {
    const run = new WriteRun(this.uploads, this.storage, upload, held);
    await run.readTail();
    let cut: { error: unknown } | undefined;
    const noteCut = (error: unknown): void => {
      cut = { error };
    };
    for await (const chunk of untilCut(stream, noteCut)) {
      run.collected.add(chunk);
      await run.examine();
      while (run.collected.bytes >= PART_BYTES) await run.storePart(PART_BYTES);
    }
    const offset = await run.storeRest();
    if (upload.tailName !== null && run.hasReplacedTail) await this.deleteTail(upload, upload.tailName);
    if (cut !== undefined) throw cut.error;
    return offset;
  }

  private async deleteTail(upload: Upload, name: string): Promise<void> {
    try {
      await this.storage.deleteTail(keyOf(upload), name);
    } catch (error) {
      this.logger.warn(
        `stored bytes that are not needed any longer stay until the upload ends: ${errorMessage(error)}`,
      );
    }
  }
}

/** State of one request. */
class WriteRun {
  readonly collected = new Collected();
  hasReplacedTail = false;
  #partBytes: number;
  #target: string | null;
  #type: MediaType | undefined;
  readonly #declared: DeclaredFile;
  readonly #key: string;
  #newBytesFrom = 0;

  constructor(
    private readonly uploads: UploadsRepository,
    private readonly storage: PartStorage,
    private readonly upload: Upload,
    private readonly held: HeldUpload,
  ) {
    this.#partBytes = upload.partBytes;
    this.#target = upload.target;
    this.#declared = declaredFile(upload);
    this.#key = keyOf(upload);
  }

  async readTail(): Promise<void> {
    const { tailName } = this.upload;
    if (tailName === null) return;
    this.collected.add(await this.storage.readTail(this.#key, tailName));
    this.#newBytesFrom = this.collected.bytes;
  }

  /** Refuses what is no recording as soon as its beginning is there, not after its last byte. */
  async examine(): Promise<void> {
    const isBeginning = this.#partBytes === 0 && this.#type === undefined;
    if (!isBeginning) return;
    if (this.collected.bytes < Math.min(DETECTION_BYTES, this.upload.length)) return;
    const type = await mediaTypeOfUpload(this.collected.head(DETECTION_BYTES), this.#declared);
    if (type === 'later_piece') throw new NotAudioError('later_piece');
    if (typeof type === 'string') throw new NotAudioError('other_content');
    this.#type = type;
  }

  async storePart(bytes: number): Promise<void> {
    const content = this.collected.take(bytes);
    const size = content.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const target = await this.target();
    const number = await this.uploads.claimPart(this.held, target);
    if (number === undefined) throw uploadLocked();
    const name = await this.storage.putPart(this.#key, { target, number, content });
    const part = { number, bytes: size, name };
    if (!(await this.uploads.addPart(this.held, part, this.#partBytes))) throw uploadLocked();
    this.#partBytes += size;
    this.#newBytesFrom = 0;
    this.hasReplacedTail = true;
  }

  /** @returns the offset */
  async storeRest(): Promise<number> {
    const offset = this.#partBytes + this.collected.bytes;
    if (this.collected.bytes === this.#newBytesFrom) return offset;
    if (offset >= this.upload.length) {
      await this.storePart(this.collected.bytes);
      return offset;
    }
    const bytes = this.collected.bytes;
    const name = await this.storage.putTail(this.#key, this.collected.take(bytes));
    if (!(await this.uploads.setTail(this.held, { name, bytes }, this.#partBytes))) throw uploadLocked();
    this.hasReplacedTail = true;
    return offset;
  }

  private async target(): Promise<string> {
    if (this.#target !== null) return this.#target;
    if (this.#type === undefined) throw new Error('a part is stored before the beginning was examined');
    this.#target = await this.storage.begin(this.#key, this.#type);
    return this.#target;
  }
}

/** Yields what arrives. A connection that breaks ends it: the bytes before that count. */
async function* untilCut(stream: Readable, noteCut: (error: unknown) => void): AsyncGenerator<Buffer> {
  try {
    // Not destroyed when its consumer fails: the library would see that, and not the failure.
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (error) {
    noteCut(error);
  }
}
