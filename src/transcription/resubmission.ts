import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { RequeuedChunk } from '../chunks/chunk-transitions.js';
import { bestEffort } from '../queues/best-effort.js';
import { JobQueues } from '../queues/job-queues.js';
import { Logger } from '@nestjs/common';
import { backoffMs } from '../providers/backoff.js';

/** Queues the next attempt of a chunk whose submission came to nothing. */
@Injectable()
export class Resubmission {
  private readonly logger = new Logger(Resubmission.name);

  constructor(
    private readonly config: AppConfig,
    private readonly queues: JobQueues,
  ) {}

  /** @param retryAfterMs what the provider asked for, if it did */
  async queue(chunkId: string, requeued: RequeuedChunk, retryAfterMs?: number): Promise<void> {
    const delayMs = backoffMs({
      baseMs: this.config.retryBaseMs,
      failures: requeued.failedSubmits,
      retryAfterMs,
    });
    await bestEffort(this.logger, `submitting chunk ${chunkId} again`, () =>
      this.queues.add('submit', { chunkId, attempt: requeued.attempt }, { delayMs }),
    );
  }
}
