import { errorMessage } from '../errors/error-message.js';
import { ConflictException, Injectable, Logger, NotFoundException } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AppConfig } from '../config/app-config.js';
import type { JobData } from '../queues/job-catalogue.js';
import { AudioStorage } from '../audio/audio-storage.js';
import { Coordination } from '../coordination/coordination.js';
import { DatabaseUnavailableError } from '../database/database-unavailable-error.js';
import { withCode } from '../http/errors/error-codes.js';
import { Metrics } from '../observability/metrics.js';
import { bestEffort } from '../queues/best-effort.js';
import { JobQueues } from '../queues/job-queues.js';
import { MAX_POSITION } from './chunks.dto.js';
import { type AddResult, ChunksRepository, type ChunkView } from '../chunks/chunks.repository.js';
import { ConversationsRepository } from './conversations.repository.js';
import { FailedChunksRepository, type ChunkFilter } from '../chunks/failed-chunks.repository.js';
import type { ChunkAudio, ChunkFacts, NewChunk } from '../chunks/statements/add-chunks.js';

export interface IncomingChunk {
  audio: ChunkAudio;
  position?: number;
}

/** Chunks per batch; each batch is one transaction and one bulk of jobs. */
const RESTART_BATCH = 500;

/** Accepts chunks. An accepted chunk is in the record, and will settle whatever happens. */
@Injectable()
export class ChunkIntake {
  private readonly logger = new Logger(ChunkIntake.name);

  constructor(
    private readonly config: AppConfig,
    private readonly chunks: ChunksRepository,
    private readonly failedChunks: FailedChunksRepository,
    private readonly conversations: ConversationsRepository,
    private readonly storage: AudioStorage,
    private readonly coordination: Coordination,
    private readonly queues: JobQueues,
    private readonly metrics: Metrics,
  ) {}

  /**
   * @param options.chunkId the id that the chunk will have, for a caller that repeats after a
   * crash; a repeat returns the chunk. A new one when not given
   * @param options.isUpload whether the request has a recording, which only an open conversation
   * accepts
   * @param options.receive stores the audio under the id that the chunk will have
   * @throws NotFoundException when the conversation does not exist
   * @throws ConflictException when the conversation is finished
   */
  async accept(options: {
    conversationId: string;
    idempotencyKey?: string;
    chunkId?: string;
    isUpload: boolean;
    receive: (chunkId: string) => Promise<IncomingChunk>;
  }): Promise<ChunkView> {
    const { conversationId, idempotencyKey, isUpload, receive } = options;
    const known = await this.findKnown(options);
    if (known !== undefined) return known;
    if (isUpload) await this.requireOpen(conversationId);

    const id = options.chunkId ?? uuidv7();
    const { audio, position } = await receive(id);
    const chunk = { id, conversationId, position, audio, idempotencyKey };
    const result = await this.record(chunk, { willRepeat: options.chunkId !== undefined });
    // A repeat with the same id has stored the recording of the chunk itself.
    const isOfChunk = result.kind === 'added' || (result.kind === 'repeated' && result.chunkId === id);
    if (!isOfChunk && audio.kind === 'stored') await this.storage.delete(audio.key);
    switch (result.kind) {
      case 'added':
        if (audio.kind === 'stored') this.count(audio.facts);
        await this.start(conversationId, id);
        return result.chunk;
      case 'repeated':
        return this.read(result.chunkId);
      case 'finished':
        throw conversationFinished(conversationId);
      case 'no_position':
        throw noPositionLeft(conversationId);
      case 'no_conversation':
        throw noConversation(conversationId);
    }
  }

  /**
   * Restarts the transcription of a chunk. A chunk in flight is left unchanged.
   *
   * @throws NotFoundException when the chunk does not exist
   * @throws ConflictException when it is completed and `force` is not set, or its recording is
   * removed
   */
  async restart(chunkId: string, options: { force: boolean; redactPii?: boolean }): Promise<ChunkView> {
    const result = await this.chunks.restart(chunkId, options);
    switch (result.kind) {
      case 'restarted':
        await bestEffort(this.logger, `submitting chunk ${chunkId}`, async () => {
          await this.coordination.addPending(result.conversationId, chunkId);
          await this.queues.add('submit', { chunkId, attempt: result.attempt });
        });
        return this.read(chunkId);
      case 'in_flight':
        await this.startCorrections(result.conversationId, chunkId, result.jobs);
        return this.read(chunkId);
      case 'completed':
        throw new ConflictException(
          `chunk ${chunkId} is completed; add ?force=true to transcribe it again`,
          withCode('chunk_completed'),
        );
      case 'no_audio':
        throw new ConflictException(
          `the recording of chunk ${chunkId} was removed after AUDIO_RETENTION_DAYS; send it again as a new chunk`,
          withCode('recording_gone'),
        );
      case 'no_chunk':
        throw new NotFoundException(`there is no chunk ${chunkId}`);
    }
  }

  /**
   * Corrects the first-stage text of a chunk again, without a new transcript: the windows that
   * failed, or with `force`, when none did, all of them. A chunk in flight is left unchanged.
   *
   * @throws NotFoundException when the chunk does not exist
   * @throws ConflictException when every window is corrected and `force` is not set, or there is no
   * first-stage text
   */
  async correctAgain(chunkId: string, { force }: { force: boolean }): Promise<ChunkView> {
    const { windowSeconds } = this.config.correction;
    const result = await this.chunks.correctAgain(chunkId, { force, windowSeconds });
    switch (result.kind) {
      case 'started':
        await this.startCorrections(result.conversationId, chunkId, result.jobs);
        return this.read(chunkId);
      case 'in_flight':
        return this.read(chunkId);
      case 'corrected':
        throw new ConflictException(
          `the text of chunk ${chunkId} is corrected; add ?force=true to correct it again`,
          withCode('chunk_completed'),
        );
      case 'no_first_stage':
        throw new ConflictException(
          `chunk ${chunkId} has no first-stage text that could be corrected; transcribe it again without from=correction`,
          withCode('no_first_stage_text'),
        );
      case 'no_chunk':
        throw new NotFoundException(`there is no chunk ${chunkId}`);
    }
  }

  /**
   * Restarts the chunks that had failed when this was called, each once.
   *
   * @returns the number of restarted chunks
   */
  async restartFailed(filter: Omit<ChunkFilter, 'status'>): Promise<number> {
    const failedBefore = await this.failedChunks.now();
    let total = 0;
    for (;;) {
      const restarted = await this.failedChunks.restart(filter, { failedBefore, limit: RESTART_BATCH });
      await bestEffort(this.logger, `submitting ${restarted.length} restarted chunks`, async () => {
        for (const { conversationId, chunkId } of restarted) {
          await this.coordination.addPending(conversationId, chunkId);
        }
        await this.queues.addMany(
          'submit',
          restarted.map(({ chunkId, attempt }) => ({ data: { chunkId, attempt } })),
        );
      });
      total += restarted.length;
      if (restarted.length < RESTART_BATCH) return total;
    }
  }

  /** @throws NotFoundException */
  async read(chunkId: string): Promise<ChunkView> {
    const chunk = await this.chunks.view(chunkId);
    if (chunk === undefined) throw new NotFoundException(`there is no chunk ${chunkId}`);
    return chunk;
  }

  /**
   * Records a chunk. Removes the recording after an error, unless the chunk may have been recorded,
   * or its caller will try again with the same recording.
   */
  private async record(chunk: NewChunk, { willRepeat }: { willRepeat: boolean }): Promise<AddResult> {
    try {
      return await this.chunks.add(chunk);
    } catch (error) {
      const isLost = !willRepeat && !(error instanceof DatabaseUnavailableError);
      if (chunk.audio.kind === 'stored' && isLost) {
        await this.deleteRecording(chunk.audio.key);
      }
      throw error;
    }
  }

  private count(facts: ChunkFacts | null): void {
    this.metrics.recordings.inc({ container: facts?.container ?? 'other', codec: facts?.codec ?? 'other' });
  }

  private async deleteRecording(key: string): Promise<void> {
    try {
      await this.storage.delete(key);
    } catch (error) {
      const reason = errorMessage(error);
      this.logger.warn(`the recording ${key} belongs to no chunk, and is removed later: ${reason}`);
    }
  }

  /**
   * @throws NotFoundException when the conversation does not exist
   * @throws ConflictException when it is finished
   */
  async requireOpen(conversationId: string): Promise<void> {
    const status = await this.conversations.status(conversationId);
    if (status === undefined) throw noConversation(conversationId);
    if (status !== 'open') throw conversationFinished(conversationId);
  }

  /** Finds the chunk that an earlier request with the same id or idempotency key has made. */
  async findKnown(request: {
    conversationId: string;
    idempotencyKey?: string;
    chunkId?: string;
  }): Promise<ChunkView | undefined> {
    const { conversationId, idempotencyKey, chunkId } = request;
    const own = chunkId === undefined ? undefined : await this.chunks.view(chunkId);
    if (own !== undefined || idempotencyKey === undefined) return own;
    const id = await this.chunks.findByIdempotencyKey(conversationId, idempotencyKey);
    return id === undefined ? undefined : this.read(id);
  }

  private async startCorrections(
    conversationId: string,
    chunkId: string,
    jobs: readonly JobData['correct'][],
  ): Promise<void> {
    if (jobs.length === 0) return;
    await bestEffort(this.logger, `correcting chunk ${chunkId}`, async () => {
      await this.coordination.addPending(conversationId, chunkId);
      await this.queues.addMany(
        'correct',
        jobs.map((data) => ({ data })),
      );
    });
  }

  private async start(conversationId: string, chunkId: string): Promise<void> {
    await bestEffort(this.logger, `submitting chunk ${chunkId}`, async () => {
      await this.coordination.addPending(conversationId, chunkId);
      await this.queues.add('submit', { chunkId, attempt: 1 });
    });
  }
}

function noConversation(id: string): NotFoundException {
  return new NotFoundException(`there is no conversation ${id}`);
}

function noPositionLeft(id: string): ConflictException {
  return new ConflictException(
    `conversation ${id} has a chunk at the last possible position; give the next one a position from 0 to ${MAX_POSITION}`,
    withCode('no_position_left'),
  );
}

export function conversationFinished(id: string): ConflictException {
  return new ConflictException(
    `conversation ${id} is finished and takes no more chunks`,
    withCode('conversation_finished'),
  );
}
