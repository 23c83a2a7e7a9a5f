import { Injectable } from '@nestjs/common';
import { PartStorage } from '../audio/parts/part-storage.js';
import { keyOf } from './upload-facts.js';
import { type Upload, UploadsRepository } from './uploads.repository.js';

/** Ends uploads without a chunk. Its callers hold the lock; a crash only repeats a step. */
@Injectable()
export class UploadDiscarder {
  constructor(
    private readonly uploads: UploadsRepository,
    private readonly storage: PartStorage,
  ) {}

  /** Removes the bytes. The record stays until the upload expires, to answer its sender. */
  async discard(upload: Upload): Promise<void> {
    await this.uploads.noteDiscarded(upload.id);
    await this.removeBytes(upload);
  }

  /** Removes the bytes and the record. */
  async remove(upload: Upload): Promise<void> {
    await this.discard(upload);
    await this.uploads.delete(upload.id);
  }

  /** Removes the parts of an upload that has ended. */
  async removeBytes(upload: Upload): Promise<void> {
    await this.storage.discard(keyOf(upload), upload.target ?? undefined);
    await this.uploads.noteBytesRemoved(upload.id);
  }
}
