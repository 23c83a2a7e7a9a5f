import { HttpException, Injectable, Logger } from '@nestjs/common';
import { NotAudioError, PartsGoneError } from '../audio/audio-error.js';
import { AudioStorage, type StoredAudio } from '../audio/audio-storage.js';
import type { RecordingFacts } from '../audio/facts/recording-facts.js';
import { RecordingInspector } from '../audio/facts/recording-inspector.js';
import { PartStorage } from '../audio/parts/part-storage.js';
import { ChunkIntake, type IncomingChunk } from '../conversations/chunk-intake.js';
import { bestEffort } from '../queues/best-effort.js';
import { UploadDiscarder } from './upload-discarder.js';
import { declaredFile, isWhole, keyOf } from './upload-facts.js';
import { type Upload, UploadsRepository } from './uploads.repository.js';

/** Codes of answers after which the chunk will not be accepted later either. */
const FINAL_CODES: ReadonlySet<unknown> = new Set(['not_audio', 'conversation_finished', 'no_position_left']);

/**
 * Makes the chunk of an upload all of whose bytes are stored, by the same intake as a recording
 * that arrives in one piece. The chunk's id was chosen when the upload was created, so that a
 * repeat after a crash never makes a second one.
 */
@Injectable()
export class UploadCompletion {
  private readonly logger = new Logger(UploadCompletion.name);

  constructor(
    private readonly uploads: UploadsRepository,
    private readonly intake: ChunkIntake,
    private readonly storage: PartStorage,
    private readonly discarder: UploadDiscarder,
    private readonly recordings: AudioStorage,
    private readonly inspector: RecordingInspector,
  ) {}

  /**
   * Completes an upload, whose lock the caller holds. An upload that can never be completed is
   * discarded before the error is thrown.
   *
   * @returns the id of the chunk; undefined when bytes are missing, or the upload is over
   * @throws NotAudioError, PartsGoneError, AudioStoreError; HttpException as `ChunkIntake.accept`
   */
  async complete(id: string): Promise<string | undefined> {
    const upload = await this.uploads.find(id);
    if (upload?.status === 'completed') return upload.chunkId;
    if (upload === undefined || !isWhole(upload)) return undefined;
    const chunkId = await this.accept(upload);
    await this.uploads.noteCompleted(id, chunkId);
    await bestEffort(this.logger, 'removing the parts of a completed upload', () =>
      this.discarder.removeBytes(upload),
    );
    return chunkId;
  }

  private async accept(upload: Upload): Promise<string> {
    try {
      const { id } = await this.intake.accept({
        conversationId: upload.conversationId,
        chunkId: upload.chunkId,
        idempotencyKey: upload.idempotencyKey ?? undefined,
        isUpload: true,
        receive: () => this.join(upload),
      });
      return id;
    } catch (error) {
      if (isFinalRefusal(error)) await this.discarder.discard(upload);
      throw error;
    }
  }

  private async join(upload: Upload): Promise<IncomingChunk> {
    const audio = await this.storage.join({
      key: keyOf(upload),
      target: upload.target ?? '',
      parts: await this.uploads.parts(upload.id),
      declared: declaredFile(upload),
    });
    return {
      audio: {
        kind: 'stored',
        key: audio.key,
        mimeType: audio.mimeType,
        bytes: audio.bytes,
        facts: await this.inspect(audio),
      },
      position: upload.position ?? undefined,
    };
  }

  private async inspect(audio: StoredAudio): Promise<RecordingFacts | null> {
    try {
      return await this.inspector.inspectUpload(audio);
    } catch (error) {
      await this.recordings.delete(audio.key);
      throw error;
    }
  }
}

/** Whether an upload that had this error can never become a chunk. */
export function isFinalRefusal(error: unknown): boolean {
  if (error instanceof NotAudioError || error instanceof PartsGoneError) return true;
  return error instanceof HttpException && FINAL_CODES.has(error.errorCode);
}
