import { errorMessage } from '../errors/error-message.js';
import { Injectable, Logger } from '@nestjs/common';
import { AudioStorage } from '../audio/audio-storage.js';
import { AppConfig } from '../config/app-config.js';
import { Coordination } from '../coordination/coordination.js';
import { backoffMs } from '../providers/backoff.js';
import { bestEffort } from '../queues/best-effort.js';
import { ConversationDeletionsRepository } from './conversation-deletions.repository.js';

const BATCH = 50;
/** No upload takes a day: one in progress at the deletion of its conversation has ended by then. */
const SWEEP_AFTER_MS = 86_400_000;
const MAX_PAUSE_MS = 600_000;

/** Removes remains of deleted conversations outside the database. Running it twice is harmless. */
@Injectable()
export class ConversationDeleter {
  private readonly logger = new Logger('Deletions');

  constructor(
    private readonly config: AppConfig,
    private readonly deletions: ConversationDeletionsRepository,
    private readonly storage: AudioStorage,
    private readonly coordination: Coordination,
  ) {}

  /** Removes recordings until nothing is due, the store fails, or `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const isRunning = (): boolean => !signal.aborted;
    while (isRunning()) {
      const due = await this.deletions.due({ limit: BATCH, sweepAfterMs: SWEEP_AFTER_MS });
      for (const { conversationId, attempts } of due) {
        if (!isRunning() || !(await this.removeRecordings(conversationId, attempts))) return;
      }
      if (due.length < BATCH) return;
    }
  }

  /** Marks deletions as finished when nothing is left to remove. */
  async finish(): Promise<void> {
    for (const id of await this.deletions.endFinished()) {
      this.logger.log(`conversation ${id} is deleted, its recordings and its copies at AssemblyAI included`);
    }
  }

  private async removeRecordings(conversationId: string, attempts: number): Promise<boolean> {
    await bestEffort(this.logger, `forgetting the pending chunks of conversation ${conversationId}`, () =>
      this.coordination.forgetConversation(conversationId),
    );
    try {
      await this.storage.deleteConversation(conversationId);
    } catch (error) {
      const reason = errorMessage(error);
      const failures = attempts + 1;
      const pauseMs = backoffMs({ baseMs: this.config.retryBaseMs, maxMs: MAX_PAUSE_MS, failures });
      this.logger.warn(
        `recordings of the deleted conversation ${conversationId} could not be removed: ${reason}`,
      );
      await this.deletions.postpone(conversationId, { pauseMs, reason });
      return false;
    }
    await this.deletions.noteAudioDeleted(conversationId);
    return true;
  }
}
