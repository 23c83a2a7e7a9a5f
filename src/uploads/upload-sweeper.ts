import { Injectable, Logger } from '@nestjs/common';
import { errorMessage } from '../errors/error-message.js';
import { isFinalRefusal, UploadCompletion } from './upload-completion.js';
import { UploadDiscarder } from './upload-discarder.js';
import { isWhole } from './upload-facts.js';
import { UploadLocker } from './upload-locker.js';
import { type Upload, UploadsRepository } from './uploads.repository.js';

/** Sorts before every UUID, so that the first page starts at the beginning. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
const PAGE = 100;
/** Time for the request that brought the last byte to make the chunk itself. */
const SETTLE_MS = 10_000;

/**
 * Ends uploads that their senders left: makes the chunk of one that has all its bytes, and removes
 * the bytes of one that has expired, was refused, or whose conversation takes no more chunks. A
 * crash only repeats a step.
 */
@Injectable()
export class UploadSweeper {
  private readonly logger = new Logger(UploadSweeper.name);

  constructor(
    private readonly uploads: UploadsRepository,
    private readonly locker: UploadLocker,
    private readonly completion: UploadCompletion,
    private readonly discarder: UploadDiscarder,
  ) {}

  /** Runs until nothing is due or `signal` is aborted. The next run retries what failed. */
  async run(signal: AbortSignal): Promise<void> {
    let afterId = BEFORE_ALL;
    const isRunning = (): boolean => !signal.aborted;
    while (isRunning()) {
      const page = await this.uploads.due({ afterId, limit: PAGE, settleMs: SETTLE_MS });
      for (const { id } of page) if (isRunning()) await this.settle(id);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      afterId = last.id;
    }
    await this.uploads.forgetEnded();
  }

  private async settle(id: string): Promise<void> {
    try {
      await this.locker.holdIfFree(id, async () => {
        const upload = await this.uploads.find(id);
        if (upload !== undefined) await this.end(upload);
      });
    } catch (error) {
      this.logger.warn(`upload ${id} could not be ended, the next pass tries again: ${errorMessage(error)}`);
    }
  }

  private async end(upload: Upload): Promise<void> {
    if (upload.status !== 'receiving') {
      await this.discarder.removeBytes(upload);
    } else if (isWhole(upload)) {
      // Before the state of the conversation: the chunk may be there already.
      await this.complete(upload.id);
    } else if (upload.conversationStatus !== 'open') {
      await this.discarder.discard(upload);
    } else if (upload.isExpired) {
      await this.discarder.remove(upload);
    }
  }

  private async complete(id: string): Promise<void> {
    try {
      await this.completion.complete(id);
    } catch (error) {
      // It was discarded; its sender hears why when it asks.
      if (!isFinalRefusal(error)) throw error;
      this.logger.log(`upload ${id} cannot become a chunk: ${errorMessage(error)}`);
    }
  }
}
