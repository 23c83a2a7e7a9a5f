import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Logger } from '@nestjs/common';
import type { S3Config } from '../config/app-config.js';
import { AudioError, AudioMissingError, AudioStoreError, AudioUnavailableError } from './audio-error.js';
import { assertConversationId, assertNewKey, isStoredKey, mimeTypeOfKey } from './audio-key.js';
import {
  type AudioPage,
  AudioStorage,
  type NewAudio,
  type OpenedAudio,
  type StoredAudio,
} from './audio-storage.js';
import { IncomingAudio } from './incoming-audio.js';
import { abortUpload, abortUploads } from './s3-abandoned-uploads.js';
import { isMissingObject, s3Reason } from './s3-error.js';

/** AssemblyAI fetches within minutes, and a submission that has to wait for its turn there within hours; three days are ample. */
const URL_VALID_SECONDS = 259_200;

/**
 * The smallest part that S3 takes. An upload holds about two of them in memory; with S3's 10,000 parts at most, 52 GB fit, ten
 * times what any provider takes.
 */
const PART_BYTES = 5_242_880;

const CONNECT_TIMEOUT_MS = 5_000;
/** A connection on which nothing moves for so long is given up. */
const IDLE_TIMEOUT_MS = 30_000;
/** Uploads, and readings that are handed on as they come, hold a connection each for as long as they last. */
const MAX_SOCKETS = 256;
/** Requests at once while a conversation is removed. */
const DELETES_AT_ONCE = 8;
/** No upload takes a day: what is still unfinished then was left by a process that died. */
const ABANDONED_AFTER_MS = 86_400_000;

/**
 * Recordings in a bucket of any S3-compatible store, under the keys that they have everywhere. Addressed by path
 * (`https://endpoint/bucket/key`) or by host (`https://bucket.endpoint/key`), as configured, and without the newer
 * checksums that not all stores understand.
 *
 * An object appears when its upload is complete, and not before: that is S3's own promise. What fails is aborted and removed; what
 * a process leaves that dies is removed by `cleanTemporary`.
 */
export class S3AudioStorage extends AudioStorage {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #logger = new Logger('AudioStorage');

  constructor(config: S3Config) {
    super();
    const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
    this.#bucket = config.bucket;
    this.#client = new S3Client({
      region: config.region,
      endpoint: config.endpoint,
      forcePathStyle: config.pathStyle,
      credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: IDLE_TIMEOUT_MS,
        httpAgent: agent,
        httpsAgent: agent,
      },
    });
  }

  override async save(input: NewAudio): Promise<StoredAudio> {
    // For a failure that comes when nobody reads any more: without a listener it would end the process.
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

  override async open(key: string): Promise<OpenedAudio> {
    const mimeType = mimeTypeOfKey(key);
    try {
      const { Body, ContentLength } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key }),
      );
      if (!(Body instanceof Readable) || ContentLength === undefined)
        throw new AudioStoreError('answered without a body');
      return { stream: Body, bytes: ContentLength, mimeType };
    } catch (error) {
      if (isMissingObject(error)) throw new AudioMissingError(key);
      throw new AudioUnavailableError(key, { cause: storeError(error) });
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
          await Promise.all(keys.splice(0, DELETES_AT_ONCE).map((key) => this.#remove(key)));
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
      // Signatures of the same second are alike; a name that is used once keeps the URLs of two submissions apart.
      ResponseContentDisposition: `attachment; filename="${randomUUID()}"`,
    });
    return getSignedUrl(this.#client, command, { expiresIn: URL_VALID_SECONDS });
  }

  override async check(): Promise<void> {
    try {
      await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, MaxKeys: 1 }));
    } catch (error) {
      throw storeError(error);
    }
  }

  override async cleanTemporary(nowMs: number = Date.now()): Promise<number> {
    const olderThan = new Date(nowMs - ABANDONED_AFTER_MS);
    try {
      return await abortUploads(this.#client, { bucket: this.#bucket, olderThan });
    } catch (error) {
      throw storeError(error);
    }
  }

  override close(): void {
    this.#client.destroy();
  }

  /** One part after the other: parts that are under way while their upload is aborted could outlive it. */
  async #upload(key: string, audio: IncomingAudio): Promise<void> {
    let incomingFailure: AudioError | undefined;
    async function* chunks(): AsyncGenerator<Buffer> {
      try {
        yield* audio.chunks();
      } catch (error) {
        // Anything else is only the upload that lets go of us, because it failed itself.
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

  /** Nothing of a failed upload stays: not its parts, nor the object, which may be there although its answer was lost. */
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

function storeError(error: unknown): AudioStoreError {
  return error instanceof AudioStoreError ? error : new AudioStoreError(s3Reason(error));
}
