import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Injectable } from '@nestjs/common';
import { renderTranscript, type RenderedConversation } from './render-transcript.js';
import type { TranscriptFormat } from './transcript-formats.js';

export interface RenderJob {
  format: TranscriptFormat;
  conversation: RenderedConversation;
}

/** Exists where the service was built only. */
const WORKER_FILE = new URL('./render-transcript.worker.js', import.meta.url);

/**
 * Texts and words that are rendered at once, in characters: some 20 ms of the event loop, and up to 100 ms where each letter is
 * a word. A thread takes as long to start.
 */
const MAX_INLINE_CHARS = 50_000;

/**
 * Renders transcripts. Long ones have a thread of their own, as subtitles of millions of words take many seconds, and gigabytes
 * of memory: one at a time.
 */
@Injectable()
export class TranscriptRenderer {
  private lastInThread: Promise<unknown> = Promise.resolve();

  async render(format: TranscriptFormat, conversation: RenderedConversation): Promise<string | Buffer> {
    // Plain text is put together only.
    if (format === 'text' || lengthOf(conversation) <= MAX_INLINE_CHARS) {
      return renderTranscript(format, conversation);
    }
    const rendered = this.lastInThread.then(() => renderInThread({ format, conversation }));
    this.lastInThread = Promise.allSettled([rendered]);
    return rendered;
  }
}

function lengthOf({ chunks }: RenderedConversation): number {
  return chunks.reduce(
    (sum, { transcript, words }) => sum + (transcript?.length ?? 0) + (words?.length ?? 0),
    0,
  );
}

/** @throws what the thread failed with, also when it ran out of memory: the process goes on */
async function renderInThread(job: RenderJob): Promise<Buffer> {
  const worker = new Worker(WORKER_FILE, { workerData: job, execArgv: [] });
  const [bytes] = (await once(worker, 'message')) as [Uint8Array];
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
