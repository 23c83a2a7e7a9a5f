import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchUpload,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Config } from '../../config/app-config.js';
import { AudioMissingError, AudioStoreError, PartsGoneError } from '../audio-error.js';
import { assertNewKey } from '../audio-key.js';
import type { AudioStorage, StoredAudio } from '../audio-storage.js';
import { abortUpload, abortUploads } from '../s3-abandoned-uploads.js';
import { isMissingObject, storeError } from '../s3-error.js';
import type { MediaType } from '../signatures.js';
import { type PartedAudio, PartStorage } from './part-storage.js';
import { createS3Client } from './s3-client.js';

/**
 * Stores parts as those of a multipart upload to the recording's own key: joining them moves no
 * bytes. Bytes that are too few for a part are an object, `<key>.part-<uuid>`.
 *
 * A target is `<extension>/<id of the multipart upload>`, and the name of a part is its ETag.
 */
export class S3PartStorage extends PartStorage {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #recordings: AudioStorage;

  /** @param recordings the store of the same bucket */
  constructor(config: S3Config, recordings: AudioStorage) {
    super();
    this.#bucket = config.bucket;
    this.#client = createS3Client(config);
    this.#recordings = recordings;
  }

  override async begin(key: string, { extension, mimeType }: MediaType): Promise<string> {
    assertNewKey(key);
    return this.#send(async () => {
      const { UploadId } = await this.#client.send(
        new CreateMultipartUploadCommand({
          Bucket: this.#bucket,
          Key: `${key}.${extension}`,
          ContentType: mimeType,
        }),
      );
      if (UploadId === undefined) throw new AudioStoreError('began an upload without an id');
      return `${extension}/${UploadId}`;
    });
  }

  override async putPart(
    key: string,
    { target, number, content }: { target: string; number: number; content: readonly Buffer[] },
  ): Promise<string> {
    return this.#send(async () => {
      const { ETag } = await this.#client.send(
        new UploadPartCommand({
          ...this.#uploadOf(key, target),
          PartNumber: number,
          Body: Buffer.concat(content),
        }),
      );
      if (ETag === undefined) throw new AudioStoreError('stored a part without an ETag');
      return ETag;
    });
  }

  override async putTail(key: string, content: readonly Buffer[]): Promise<string> {
    const name = randomUUID();
    await this.#send(() =>
      this.#client.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: this.#tailKey(key, name),
          Body: Buffer.concat(content),
        }),
      ),
    );
    return name;
  }

  override async readTail(key: string, name: string): Promise<Buffer> {
    return this.#send(async () => {
      const { Body } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: this.#tailKey(key, name) }),
      );
      if (!(Body instanceof Readable)) throw new AudioStoreError('answered without a body');
      return buffer(Body);
    });
  }

  override async deleteTail(key: string, name: string): Promise<void> {
    await this.#delete(this.#tailKey(key, name));
  }

  override async join({ key, target, parts }: PartedAudio): Promise<StoredAudio> {
    const upload = this.#uploadOf(key, target);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    try {
      await this.#client.send(
        new CompleteMultipartUploadCommand({
          ...upload,
          MultipartUpload: { Parts: parts.map(({ number, name }) => ({ PartNumber: number, ETag: name })) },
        }),
      );
    } catch (error) {
      // The answer to an earlier call may have been lost.
      if (!isUploadGone(error)) throw storeError(error);
    }
    const stored = await this.#statJoined(upload.Key);
    if (stored.bytes !== bytes) throw new AudioStoreError('joined the parts to a recording of another size');
    return { key: upload.Key, ...stored };
  }

  override async discard(key: string, target: string | undefined): Promise<void> {
    assertNewKey(key);
    await this.#send(async () => {
      // By its id as well, since not every store lists unfinished uploads.
      if (target !== undefined) await abortUpload(this.#client, this.#uploadOf(key, target));
      await abortUploads(this.#client, { bucket: this.#bucket, prefix: `${key}.` });
      const { Contents = [] } = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#tailKey(key, '') }),
      );
      for (const { Key } of Contents) if (Key !== undefined) await this.#delete(Key);
    });
  }

  override close(): void {
    this.#client.destroy();
  }

  async #statJoined(key: string): Promise<{ bytes: number; mimeType: string }> {
    try {
      return await this.#recordings.stat(key);
    } catch (error) {
      throw error instanceof AudioMissingError ? new PartsGoneError() : error;
    }
  }

  async #delete(key: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
    } catch (error) {
      if (!isMissingObject(error)) throw storeError(error);
    }
  }

  async #send<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw isUploadGone(error) || isMissingObject(error) ? new PartsGoneError() : storeError(error);
    }
  }

  #uploadOf(key: string, target: string): { Bucket: string; Key: string; UploadId: string } {
    assertNewKey(key);
    const slash = target.indexOf('/');
    return {
      Bucket: this.#bucket,
      Key: `${key}.${target.slice(0, slash)}`,
      UploadId: target.slice(slash + 1),
    };
  }

  #tailKey(key: string, name: string): string {
    assertNewKey(key);
    return `${key}.part-${name}`;
  }
}

/** Some stores answer with the code only, so that the SDK does not recognize its class. */
function isUploadGone(error: unknown): boolean {
  return (
    error instanceof NoSuchUpload || (error instanceof S3ServiceException && error.name === 'NoSuchUpload')
  );
}
