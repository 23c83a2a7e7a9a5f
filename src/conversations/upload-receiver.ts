import {
  BadRequestException,
  HttpException,
  HttpStatus,
  Injectable,
  Logger,
  PayloadTooLargeException,
  ServiceUnavailableException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import {
  AudioError,
  AudioStoreError,
  AudioStoreFullError,
  AudioTooLargeError,
  NotAudioError,
  UploadCutOffError,
} from '../audio/audio-error.js';
import { type ErrorCode, withCode } from '../http/errors/error-codes.js';
import { AudioStorage, type StoredAudio } from '../audio/audio-storage.js';
import type { RecordingFacts } from '../audio/facts/recording-facts.js';
import { RecordingInspector } from '../audio/facts/recording-inspector.js';
import { AppConfig } from '../config/app-config.js';
import { MAX_POSITION } from './chunks.dto.js';

export interface Upload {
  audio: StoredAudio;
  /** Null when they are not known. */
  facts: RecordingFacts | null;
  position?: number;
}

interface ReceivedForm {
  audio?: StoredAudio;
  position?: number;
  problems: string[];
  hasUnnamedFile: boolean;
}

/** `position` is the only field; it is a small number. */
const MAX_FIELDS = 4;
const MAX_FIELD_BYTES = 1_024;
/**
 * Size of boundaries and fields around the file: the file in a larger body is too large as well.
 */
const MULTIPART_OVERHEAD_BYTES = 65_536;

/** A part without a file name is an ordinary field (RFC 7578, section 4.2). */
const UNNAMED_FILE = 'audio must be a file: give its part a file name, as in filename="recording.wav"';

/** Receives a recording from a multipart request. It is stored completely, or not at all. */
@Injectable()
export class UploadReceiver {
  private readonly logger = new Logger(UploadReceiver.name);

  constructor(
    private readonly storage: AudioStorage,
    private readonly inspector: RecordingInspector,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param key key under which the recording is stored
   * @throws PayloadTooLargeException, UnsupportedMediaTypeException or BadRequestException for a
   * mistake of the sender
   * @throws ServiceUnavailableException when the store does not accept it now, HttpException with
   * status 507 when the store is full
   */
  async receive(request: FastifyRequest, key: string): Promise<Upload> {
    const { maxUploadBytes } = this.config.http;
    if (Number(request.headers['content-length'] ?? 0) > maxUploadBytes + MULTIPART_OVERHEAD_BYTES) {
      throw new PayloadTooLargeException(new AudioTooLargeError(maxUploadBytes).message);
    }
    const form: ReceivedForm = { problems: [], hasUnnamedFile: false };
    try {
      for await (const part of this.parts(request)) await this.readPart(part, form, key);
      const { audio, position, problems } = form;
      if (form.hasUnnamedFile) problems.push(UNNAMED_FILE);
      else if (audio === undefined) problems.push('audio must be a file');
      if (audio === undefined || problems.length > 0) throw new BadRequestException(problems);
      return { audio, position, facts: await this.inspector.inspectUpload(audio) };
    } catch (error) {
      if (form.audio !== undefined) await this.storage.delete(form.audio.key);
      throw recordingRefusal(error, this.logger);
    }
  }

  private async readPart(part: Multipart, form: ReceivedForm, key: string): Promise<void> {
    if (part.type === 'file' && part.fieldname === 'audio' && form.audio === undefined) {
      form.audio = await this.storage.save({
        stream: part.file,
        maxBytes: this.config.http.maxUploadBytes,
        key,
        declared: { fileName: part.filename, mimeType: part.mimetype },
      });
    } else if (part.type === 'field' && part.fieldname === 'position') {
      form.position = readPosition(part.value, form.problems);
    } else if (part.type === 'field' && part.fieldname === 'audio') {
      form.hasUnnamedFile = true;
    } else {
      if (part.type === 'file') await drain(part);
      form.problems.push(`${part.fieldname} should not exist`);
    }
  }

  private async *parts(request: FastifyRequest): AsyncGenerator<Multipart> {
    try {
      yield* request.parts({
        limits: {
          // The store counts the bytes itself; this limit must not interfere.
          fileSize: Number.MAX_SAFE_INTEGER,
          fields: MAX_FIELDS,
          fieldSize: MAX_FIELD_BYTES,
        },
      });
    } catch (error) {
      // Exceeded limits have a status. Other errors mean an invalid or truncated form.
      if (error instanceof Error && 'statusCode' in error) throw error;
      throw new BadRequestException(
        'the multipart form is broken or incomplete; send it again, with the boundary that its content type names',
        { cause: error },
      );
    }
  }
}

function codeOf({ finding }: NotAudioError): ErrorCode {
  return finding === 'no_audio_track' || finding === 'no_sound' ? finding : 'not_audio';
}

async function drain(part: MultipartFile): Promise<void> {
  for await (const _bytes of part.file as AsyncIterable<Buffer>) continue;
}

export function readPosition(value: unknown, problems: string[]): number | undefined {
  const position = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
  if (position === undefined || position > MAX_POSITION) {
    problems.push(`position must be a whole number from 0 to ${MAX_POSITION}`);
    return undefined;
  }
  return position;
}

/**
 * Converts an error of a store to the answer for the sender; any other error stays as it is.
 *
 * @param logger for what the operator must know
 */
export function recordingRefusal(error: unknown, logger: Logger): unknown {
  if (!(error instanceof AudioError)) return error;
  if (error instanceof AudioTooLargeError) return new PayloadTooLargeException(error.message);
  if (error instanceof NotAudioError)
    return new UnsupportedMediaTypeException(error.message, withCode(codeOf(error)));
  if (error instanceof UploadCutOffError) return new BadRequestException(error.message);
  if (error instanceof AudioStoreFullError) {
    logger.error(`a recording could not be stored: ${error.message}`);
    return new HttpException(
      'this service has no space left for the recording; tell its operator, and send it again when there is some',
      HttpStatus.INSUFFICIENT_STORAGE,
    );
  }
  if (!(error instanceof AudioStoreError)) return error;
  logger.error(`a recording could not be stored: ${error.message}`);
  return new ServiceUnavailableException('the recording could not be stored now; send it again later');
}
