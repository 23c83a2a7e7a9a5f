import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Logger } from '@nestjs/common';
import type { S3Config } from '../config/app-config.js';
import {
  AudioError,
  AudioMissingError,
  AudioRangeError,
  AudioStoreError,
  AudioUnavailableError,
} from './audio-error.js';
import { assertConversationId, assertNewKey, isStoredKey, mimeTypeOfKey } from './audio-key.js';
import {
  type AudioFacts,
  type AudioPage,
  AudioStorage,
  type ByteRange,
  type CleaningOptions,
  type NewAudio,
  type OpenedAudio,
  type StoredAudio,
} from './audio-storage.js';
import { IncomingAudio } from './incoming-audio.js';
import { createS3Client } from './parts/s3-client.js';
import { PART_BYTES } from './parts/part-storage.js';
import { abortUpload, abortUploads } from './s3-abandoned-uploads.js';
import { isMissingObject, isUnsatisfiableRange, s3Reason, storeError } from './s3-error.js';

/**
 * AssemblyAI fetches a recording within minutes, or within hours for a queued submission; three
 * days are ample.
 */
const URL_VALID_SECONDS = 259_200;
/**
 * A player fetches a recording in parts while it plays, so the URL must outlast the listening. For
 * a longer recording the player asks the service for a new one.
 */
const LISTEN_URL_VALID_SECONDS = 3_600;

/** Concurrent requests while a conversation is removed. */
const DELETE_CONCURRENCY = 8;
/** No upload takes a day: an older unfinished upload was left by a process that died. */
const ABANDONED_AFTER_MS = 86_400_000;

/**
 * Stores recordings in a bucket of any S3-compatible store, under the same keys as the local store.
 * The bucket is addressed by path (`https://endpoint/bucket/key`) or by host
 * (`https://bucket.endpoint/key`), as configured, and without the newer checksums that not all
 * stores support.
 *
 * S3 guarantees that an object appears only when its upload is complete. Failed uploads are aborted
 * and removed; those of a process that died are removed by `cleanTemporary`.
 */
export class S3AudioStorage extends AudioStorage {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #logger = new Logger('AudioStorage');

  constructor(config: S3Config) {
    super();
    this.#bucket = config.bucket;
    this.#client = createS3Client(config);
  }

  override async save(input: NewAudio): Promise<StoredAudio> {
    // For a failure after reading has ended: without a listener it would end the process.
    const stream = input.stream.on('error', () => undefined);
    try {
      assertNewKey(input.key);
      const audio = await IncomingAudio.begin({ ...input, stream });
      const key = `${input.key}.${audio.type.extension}`;
      await this.#upload(key, audio);
      return { key, bytes: audio.bytes, mimeType: audio.type.mimeType, sha256: audio.sha256() };
    } finally {
      stream.destroy();
    }
  }

  override async open(key: string, range?: ByteRange): Promise<OpenedAudio> {
    const mimeType = mimeTypeOfKey(key);
    const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
    try {
      const { Body, ContentLength, ContentRange } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key, Range }),
      );
      if (!(Body instanceof Readable) || ContentLength === undefined)
        throw new AudioStoreError('answered without a body');
      if (range !== undefined && ContentRange === undefined) {
        Body.destroy();
        throw new AudioStoreError('does not answer with ranges');
      }
      return { stream: Body, bytes: ContentLength, mimeType };
    } catch (error) {
      if (isUnsatisfiableRange(error)) throw new AudioRangeError(key);
      throw readError(key, error);
    }
  }

  /**
   * Requests the first byte, as the error answer to HEAD has no body, and would not distinguish a
   * missing recording from a missing bucket.
   */
  override async stat(key: string): Promise<AudioFacts> {
    const mimeType = mimeTypeOfKey(key);
    try {
      const { Body, ContentRange } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key, Range: 'bytes=0-0' }),
      );
      if (Body instanceof Readable) Body.destroy();
      const bytes = Number(/\/(\d+)$/.exec(ContentRange ?? '')?.[1] ?? NaN);
      if (Number.isNaN(bytes)) throw new AudioStoreError('does not answer with ranges');
      return { bytes, mimeType };
    } catch (error) {
      throw readError(key, error);
    }
  }

  override async delete(key: string): Promise<void> {
    mimeTypeOfKey(key);
    await this.#remove(key);
  }

  override async deleteConversation(conversationId: string): Promise<void> {
    assertConversationId(conversationId);
    const prefix = `${conversationId}/`;
    try {
      await abortUploads(this.#client, { bucket: this.#bucket, prefix });
      for (;;) {
        const { Contents = [], IsTruncated } = await this.#client.send(
          new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix }),
        );
        const keys = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
        while (keys.length > 0) {
          await Promise.all(keys.splice(0, DELETE_CONCURRENCY).map((key) => this.#remove(key)));
        }
        if (IsTruncated !== true) return;
      }
    } catch (error) {
      throw storeError(error);
    }
  }

  override async list({ after, limit }: { after?: string; limit: number }): Promise<AudioPage> {
    try {
      const { Contents = [], NextContinuationToken } = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, MaxKeys: limit, ContinuationToken: after }),
      );
      const recordings = Contents.flatMap(({ Key = '', LastModified }) =>
        isStoredKey(Key) && LastModified !== undefined
          ? [{ key: Key, storedAtMs: LastModified.getTime() }]
          : [],
      );
      return { recordings, next: NextContinuationToken };
    } catch (error) {
      throw storeError(error);
    }
  }

  override async publicUrl(key: string): Promise<string> {
    const mimeType = mimeTypeOfKey(key);
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ResponseContentType: mimeType,
      // Signatures within the same second are equal; a unique file name makes the URLs of two
      // submissions differ.
      ResponseContentDisposition: `attachment; filename="${randomUUID()}"`,
    });
    return getSignedUrl(this.#client, command, { expiresIn: URL_VALID_SECONDS });
  }

  override async listenUrl(key: string, method: 'GET' | 'HEAD'): Promise<string> {
    const input = {
      Bucket: this.#bucket,
      Key: key,
      ResponseContentType: mimeTypeOfKey(key),
      ResponseContentDisposition: 'inline',
    };
    // A signature holds for one method.
    const command = method === 'GET' ? new GetObjectCommand(input) : new HeadObjectCommand(input);
    return getSignedUrl(this.#client, command, { expiresIn: LISTEN_URL_VALID_SECONDS });
  }

  override async publicOrigin(): Promise<string> {
    // The URL of any object, as the client decides how the bucket is addressed.
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: 'any' });
    return new URL(await getSignedUrl(this.#client, command)).origin;
  }

  override async check(): Promise<void> {
    try {
      await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, MaxKeys: 1 }));
    } catch (error) {
      throw storeError(error);
    }
  }

  override async cleanTemporary({ nowMs, inUse }: CleaningOptions): Promise<number> {
    const olderThan = new Date(nowMs - ABANDONED_AFTER_MS);
    try {
      return await abortUploads(this.#client, { bucket: this.#bucket, olderThan, inUse });
    } catch (error) {
      throw storeError(error);
    }
  }

  override close(): void {
    this.#client.destroy();
  }

  /**
   * Uploads one part after the other: parts in flight while their upload is aborted could outlive
   * it.
   */
  async #upload(key: string, audio: IncomingAudio): Promise<void> {
    let incomingFailure: AudioError | undefined;
    async function* chunks(): AsyncGenerator<Buffer> {
      try {
        yield* audio.chunks();
      } catch (error) {
        // Any other error comes from the upload itself, which destroys this generator after it has
        // failed.
        if (error instanceof AudioError) incomingFailure = error;
        throw error;
      }
    }
    const body = Readable.from(chunks(), { objectMode: false });
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.#bucket, Key: key, Body: body, ContentType: audio.type.mimeType },
      partSize: PART_BYTES,
      queueSize: 1,
      leavePartsOnError: true,
    });
    try {
      await upload.done();
    } catch (error) {
      body.destroy();
      await this.#undo(key, upload.uploadId);
      throw incomingFailure ?? storeError(error);
    }
  }

  /**
   * Removes the parts of a failed upload, and the object, which may exist although the response was
   * lost.
   */
  async #undo(key: string, uploadId: string | undefined): Promise<void> {
    try {
      if (uploadId !== undefined) {
        await abortUpload(this.#client, { Bucket: this.#bucket, Key: key, UploadId: uploadId });
      }
      await this.#remove(key);
    } catch (error) {
      this.#logger.warn(`parts of the failed upload ${key} may be left; the audio store ${s3Reason(error)}`);
    }
  }

  async #remove(key: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
    } catch (error) {
      if (!isMissingObject(error)) throw storeError(error);
    }
  }
}

function readError(key: string, error: unknown): AudioError {
  if (isMissingObject(error)) return new AudioMissingError(key);
  return new AudioUnavailableError(key, { cause: storeError(error) });
}
