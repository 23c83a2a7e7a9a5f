import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  Injectable,
  InternalServerErrorException,
  type OnApplicationShutdown,
  ServiceUnavailableException,
} from '@nestjs/common';
import { withCode } from '../../http/errors/error-codes.js';
import { renderTranscript, type RenderedConversation } from './render-transcript.js';
import type { TranscriptFormat } from './transcript-formats.js';

export interface RenderJob {
  format: TranscriptFormat;
  conversation: RenderedConversation;
}

/** Exists only in the built service. */
const WORKER_FILE = new URL('./render-transcript.worker.js', import.meta.url);

/**
 * Longest texts and words, in characters, that are rendered inline: they block the event loop for
 * some 20 ms, and for up to 100 ms where each letter is a word. A thread takes as long to start.
 */
const MAX_INLINE_CHARS = 50_000;
/**
 * Ten hours of speech take less than a quarter. A thread that needs more ends, but not the process.
 */
const MAX_THREAD_MEGABYTES = 1_024;

/**
 * Renders transcripts. Long ones are rendered in a thread, one at a time, because subtitles of
 * millions of words take many seconds and gigabytes of memory.
 */
@Injectable()
export class TranscriptRenderer implements OnApplicationShutdown {
  private lastInThread: Promise<unknown> = Promise.resolve();
  private thread: Worker | undefined;
  private isStopped = false;

  /**
   * @throws InternalServerErrorException when the transcript is too long for this format
   * @throws ServiceUnavailableException when the service stops meanwhile
   */
  async render(format: TranscriptFormat, conversation: RenderedConversation): Promise<string | Uint8Array> {
    // Plain text is only joined.
    if (format === 'text' || lengthOf(conversation) <= MAX_INLINE_CHARS) {
      return renderTranscript(format, conversation);
    }
    const rendered = this.lastInThread.then(() => this.renderInThread({ format, conversation }));
    this.lastInThread = Promise.allSettled([rendered]);
    return rendered;
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await this.thread?.terminate();
  }

  private async renderInThread(job: RenderJob): Promise<Buffer> {
    if (this.isStopped) throw stopped();
    const thread = new Worker(WORKER_FILE, {
      workerData: job,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_THREAD_MEGABYTES },
    });
    this.thread = thread;
    try {
      const ended = once(thread, 'exit').then(() => {
        throw stopped();
      });
      const [bytes] = (await Promise.race([once(thread, 'message'), ended])) as [Uint8Array];
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (error) {
      throw isOutOfMemory(error) ? tooLong(job.format) : error;
    } finally {
      this.thread = undefined;
    }
  }
}

function lengthOf({ chunks }: RenderedConversation): number {
  return chunks.reduce(
    (sum, { transcript, words }) => sum + (transcript?.length ?? 0) + (words?.length ?? 0),
    0,
  );
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooLong(format: TranscriptFormat): InternalServerErrorException {
  return new InternalServerErrorException(
    `the transcript is too long to be made into ${format}; ask for format=text`,
    withCode('transcript_too_long'),
  );
}

function stopped(): ServiceUnavailableException {
  return new ServiceUnavailableException('the service is stopping; try again');
}
