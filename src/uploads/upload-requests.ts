import { HttpException, Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PartsGoneError } from '../audio/audio-error.js';
import { AppConfig } from '../config/app-config.js';
import { conversationFinished } from '../conversations/chunk-intake.js';
import { recordingRefusal } from '../conversations/upload-receiver.js';
import { noUpload, uploadCompleted, uploadGone, wrongVersion } from './protocol/tus-errors.js';
import { TUS_VERSION, type TusAnswer, TusServer, UPLOADS_PATH } from './protocol/tus-server.js';
import { isFinalRefusal, UploadCompletion } from './upload-completion.js';
import { UploadCreation } from './upload-creation.js';
import { UploadDiscarder } from './upload-discarder.js';
import { isWhole, mayHaveExpired } from './upload-facts.js';
import { UploadLocker } from './upload-locker.js';
import { type Upload, UploadsRepository } from './uploads.repository.js';

/** Header with the id of the chunk that an upload has become. */
export const CHUNK_ID_HEADER = 'Ringback-Chunk-Id';

const CREATED = 201;

/**
 * Answers requests about uploads: adds to the protocol what an upload is to this service, a chunk
 * of a conversation. Each request of an upload that has all its bytes makes its chunk, if an
 * earlier one did not come to that.
 */
@Injectable()
export class UploadRequests {
  private readonly logger = new Logger('Uploads');

  constructor(
    private readonly uploads: UploadsRepository,
    private readonly creation: UploadCreation,
    private readonly protocol: TusServer,
    private readonly completion: UploadCompletion,
    private readonly discarder: UploadDiscarder,
    private readonly locker: UploadLocker,
    private readonly config: AppConfig,
  ) {}

  /** @throws HttpException as `UploadCreation.create`, and as `patch` */
  async create(request: FastifyRequest): Promise<TusAnswer> {
    requireVersion(request);
    const { upload, isNew } = await this.creation.create(request);
    return this.settle(upload.id, async () => {
      if (isNew) return this.protocol.answer(request, upload.id);
      // The caller goes on from the offset of its earlier request; a body would not fit there.
      const headers = {
        location: `${UPLOADS_PATH}/${upload.id}`,
        'upload-offset': String(upload.offset),
        'tus-resumable': TUS_VERSION,
      };
      return { status: CREATED, headers };
    });
  }

  /** @throws NotFoundException, GoneException; ConflictException when it takes no more bytes */
  async head(request: FastifyRequest, id: string): Promise<TusAnswer> {
    requireVersion(request);
    await this.requireUsable(id);
    return this.settle(id, () => this.protocol.answer(request));
  }

  /**
   * @throws HttpException as `head`, and for a wrong offset, bytes beyond the length, a file that
   * is no recording, a store that does not accept it, or a lock that another request holds
   */
  async patch(request: FastifyRequest, id: string): Promise<TusAnswer> {
    requireVersion(request);
    await this.requireUsable(id);
    return this.settle(id, () => this.protocol.answer(request));
  }

  /** @throws NotFoundException, GoneException; ConflictException when it is a chunk already */
  async terminate(request: FastifyRequest, id: string): Promise<TusAnswer> {
    requireVersion(request);
    const upload = await this.require(id);
    if (upload.status === 'completed') throw uploadCompleted(id);
    return this.protocol.answer(request);
  }

  /** Describes what the service supports of the protocol. */
  async options(request: FastifyRequest): Promise<TusAnswer> {
    return this.protocol.answer(request);
  }

  private async settle(id: string, work: () => Promise<TusAnswer>): Promise<TusAnswer> {
    try {
      return await this.withFacts(id, await work());
    } catch (thrown) {
      const error = recordingRefusal(thrown, this.logger);
      if (isFinalRefusal(error)) await this.discard(id);
      if (error instanceof PartsGoneError) throw uploadGone(id);
      // The lock may be lost because the upload is over.
      if (error instanceof HttpException && error.errorCode === 'upload_locked') await this.requireUsable(id);
      throw error;
    }
  }

  /** Adds the chunk of a complete upload, or the expiry of an incomplete one. */
  private async withFacts(id: string, answer: TusAnswer): Promise<TusAnswer> {
    const upload = await this.uploads.find(id);
    if (upload === undefined) throw this.missing(id);
    const chunkId = await this.chunkOf(upload);
    const facts: Record<string, string> =
      chunkId === undefined
        ? { 'upload-expires': upload.expiresAt.toUTCString() }
        : { [CHUNK_ID_HEADER]: chunkId };
    return { ...answer, headers: { ...answer.headers, ...facts } };
  }

  private async chunkOf(upload: Upload): Promise<string | undefined> {
    const { id, status, chunkId } = upload;
    if (status === 'completed') return chunkId;
    return isWhole(upload) ? this.locker.hold(id, () => this.completion.complete(id)) : undefined;
  }

  private async requireUsable(id: string): Promise<void> {
    const upload = await this.require(id);
    // One that is whole may be a chunk already, whatever its conversation is now.
    if (upload.status === 'completed' || isWhole(upload)) return;
    if (upload.conversationStatus !== 'open') {
      await this.discard(id);
      throw conversationFinished(upload.conversationId);
    }
    if (upload.status === 'discarded' || upload.isExpired) throw uploadGone(id);
  }

  private async discard(id: string): Promise<void> {
    await this.locker.hold(id, async () => {
      const upload = await this.uploads.find(id);
      if (upload?.status === 'receiving') await this.discarder.discard(upload);
    });
  }

  private async require(id: string): Promise<Upload> {
    const upload = await this.uploads.find(id);
    if (upload === undefined) throw this.missing(id);
    return upload;
  }

  private missing(id: string): HttpException {
    return mayHaveExpired(id, this.config.http.uploadExpiryMs) ? uploadGone(id) : noUpload(id);
  }
}

/** @throws PreconditionFailedException */
function requireVersion({ headers }: FastifyRequest): void {
  if (headers['tus-resumable'] !== TUS_VERSION) throw wrongVersion();
}
