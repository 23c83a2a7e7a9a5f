import { Injectable } from '@nestjs/common';
import { DataStore, Metadata, Upload as TusUpload } from '@tus/server';
import type { Readable } from 'node:stream';
import { noUpload } from './tus-errors.js';
import { UploadDiscarder } from '../upload-discarder.js';
import { UploadLocker, uploadLocked } from '../upload-locker.js';
import { UploadWriter } from '../upload-writer.js';
import { type Upload, UploadsRepository } from '../uploads.repository.js';

/**
 * Gives the protocol's library access to the uploads. Their records are created before the library
 * sees them, and expiry is decided by the database's clock, so the library does neither.
 */
@Injectable()
export class UploadStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'expiration', 'termination'];

  constructor(
    private readonly uploads: UploadsRepository,
    private readonly writer: UploadWriter,
    private readonly discarder: UploadDiscarder,
    private readonly locker: UploadLocker,
  ) {
    super();
  }

  override create(upload: TusUpload): Promise<TusUpload> {
    return Promise.resolve(upload);
  }

  override async getUpload(id: string): Promise<TusUpload> {
    const { length, offset, metadata } = await this.require(id);
    return new TusUpload({
      id,
      size: length,
      offset,
      metadata: metadata === null ? undefined : Metadata.parse(metadata),
    });
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const held = this.locker.heldBy(id);
    const upload = await this.require(id);
    if (held === undefined || upload.offset !== offset) throw uploadLocked();
    // A repeat of the last request, whose answer may have been lost, has no bytes.
    if (upload.offset >= upload.length) return upload.offset;
    return this.writer.write(stream, upload, held);
  }

  override async remove(id: string): Promise<void> {
    await this.discarder.remove(await this.require(id));
  }

  /** Zero turns the library's own expiry off. */
  override getExpiration(): number {
    return 0;
  }

  private async require(id: string): Promise<Upload> {
    const upload = await this.uploads.find(id);
    if (upload === undefined) throw noUpload(id);
    return upload;
  }
}
