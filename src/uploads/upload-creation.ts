import {
  BadRequestException,
  ConflictException,
  Injectable,
  NotFoundException,
  PayloadTooLargeException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import { Metadata } from '@tus/server';
import type { FastifyRequest } from 'fastify';
import { isUUID } from 'class-validator';
import { v7 as uuidv7 } from 'uuid';
import { AudioTooLargeError, NotAudioError } from '../audio/audio-error.js';
import { AppConfig } from '../config/app-config.js';
import { ChunkIntake } from '../conversations/chunk-intake.js';
import { IDEMPOTENCY_KEY } from '../conversations/chunks.dto.js';
import { readPosition } from '../conversations/upload-receiver.js';
import { withCode } from '../http/errors/error-codes.js';
import { canonicalId } from '../http/ids.js';
import { lengthRequired } from './protocol/tus-errors.js';
import { type NewUpload, type Upload, UploadsRepository } from './uploads.repository.js';

const KNOWN_METADATA = ['conversationId', 'position', 'filename', 'filetype', 'idempotencyKey'];

/** Creates uploads. All that can be checked before the first byte is checked here. */
@Injectable()
export class UploadCreation {
  constructor(
    private readonly uploads: UploadsRepository,
    private readonly intake: ChunkIntake,
    private readonly config: AppConfig,
  ) {}

  /**
   * Records a new upload, or finds that of an earlier request with the same idempotency key.
   *
   * @throws BadRequestException, PayloadTooLargeException or UnsupportedMediaTypeException for a
   * mistake of the sender
   * @throws NotFoundException when the conversation does not exist, ConflictException when it is
   * finished, or the key belongs to an unfinished upload of another length
   */
  async create(request: FastifyRequest): Promise<{ upload: Upload; isNew: boolean }> {
    const wanted = this.read(request);
    const { conversationId, idempotencyKey } = wanted;
    const chunk = await this.intake.findKnown({ conversationId, idempotencyKey });
    if (chunk !== undefined) {
      await this.uploads.createCompleted({ ...wanted, chunkId: chunk.id });
      return { upload: await this.require(wanted), isNew: false };
    }
    await this.intake.requireOpen(conversationId);
    if ((await this.uploads.create(wanted)) === 'created') {
      return { upload: await this.require(wanted), isNew: true };
    }
    const known =
      idempotencyKey === undefined ? undefined : await this.uploads.findByKey(conversationId, idempotencyKey);
    if (known === undefined) throw noConversation(conversationId);
    if (known.length !== wanted.length) {
      throw new ConflictException('the idempotency key belongs to an unfinished upload of another length');
    }
    return { upload: known, isNew: false };
  }

  private async require({ id, conversationId }: NewUpload): Promise<Upload> {
    const upload = await this.uploads.find(id);
    if (upload === undefined) throw noConversation(conversationId);
    return upload;
  }

  private read({ headers }: FastifyRequest): NewUpload {
    const length = this.readLength(headers);
    const metadata = headers['upload-metadata'];
    if (typeof metadata !== 'string') throw new BadRequestException([METADATA_PROBLEM]);
    const fields = parseMetadata(metadata);
    const problems = Object.keys(fields)
      .filter((name) => !KNOWN_METADATA.includes(name))
      .map((name) => `Upload-Metadata: ${name.slice(0, 100)} should not exist`);
    const { conversationId, position } = fields;
    if (!isUUID(conversationId)) problems.push('conversationId must be a UUID');
    const readAt = position === undefined ? undefined : readPosition(position, problems);
    const idempotencyKey = readKey(headers['idempotency-key'], fields.idempotencyKey, problems);
    if (problems.length > 0) throw new BadRequestException(problems);
    return {
      id: uuidv7(),
      chunkId: uuidv7(),
      conversationId: canonicalId(conversationId ?? ''),
      length,
      position: readAt,
      idempotencyKey,
      metadata,
    };
  }

  private readLength(headers: FastifyRequest['headers']): number {
    const text = headers['upload-length'];
    if (
      headers['upload-defer-length'] !== undefined ||
      typeof text !== 'string' ||
      !/^\d{1,15}$/.test(text)
    ) {
      throw lengthRequired();
    }
    const length = Number(text);
    const { maxUploadBytes } = this.config.http;
    if (length > maxUploadBytes) {
      throw new PayloadTooLargeException(new AudioTooLargeError(maxUploadBytes).message);
    }
    if (length === 0) {
      throw new UnsupportedMediaTypeException(new NotAudioError('empty').message, withCode('not_audio'));
    }
    return length;
  }
}

const METADATA_PROBLEM =
  'Upload-Metadata must have conversationId, and may have position, filename, filetype and idempotencyKey: ' +
  'pairs of a name and its value in Base64, separated by commas';

function parseMetadata(text: string): Record<string, string | null | undefined> {
  try {
    return Metadata.parse(text);
  } catch (error) {
    throw new BadRequestException([METADATA_PROBLEM], { cause: error });
  }
}

function readKey(
  header: string | string[] | undefined,
  field: string | null | undefined,
  problems: string[],
): string | undefined {
  const keys = [header, field].filter((key) => key !== undefined);
  for (const key of keys) {
    if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
      problems.push('Idempotency-Key must be 1 to 255 visible ASCII characters');
      return undefined;
    }
  }
  if (new Set(keys).size > 1)
    problems.push('Idempotency-Key and the idempotencyKey of Upload-Metadata differ');
  return typeof keys[0] === 'string' ? keys[0] : undefined;
}

function noConversation(id: string): NotFoundException {
  return new NotFoundException(`there is no conversation ${id}`);
}
