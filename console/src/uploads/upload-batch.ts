import { signal } from '@preact/signals';
import { mayPass, pause, pauseMs } from '../api/retry';
import type { OutgoingRecording } from '../api/send-recording';
import { endUpload, sendResumably } from '../api/send-resumably';
import { beginActivity } from '../live/activity';
import { finish } from '../api/conversations';
import { forgetBatch, keepBatch } from './kept-batch';
import type { PickedFile } from './picked-files';

/** Two use the line while the service stores one; more would only share it. */
const AT_ONCE = 2;
/**
 * Tries without progress before a person is asked; their pauses add up to half a minute. With
 * progress the count begins anew.
 */
const MAX_TRIES = 6;

export interface Upload extends PickedFile {
  position: number;
  state: 'waiting' | 'sending' | 'accepted' | 'failed' | 'canceled';
  /** Share that has been sent, from 0 to 1. */
  share: number;
  /** Why the last try failed. */
  error: unknown;
}

/** The batch that is sent, or was sent incompletely; pages may come and go meanwhile. */
export const currentBatch = signal<UploadBatch | null>(null);

/**
 * Sends files as chunks of a new conversation, in their order. When all are accepted, it finishes
 * the conversation if it was asked to.
 *
 * A file is `waiting`, then `sending`, and `accepted` in the end. `canceled` and `failed` wait for
 * a person: a retry makes the file `waiting` again, and goes on where it was. A removal takes it
 * out of the batch.
 */
export class UploadBatch {
  readonly uploads = signal<readonly Upload[]>([]);
  /** Why the conversation could not be finished; null while nothing is wrong. */
  readonly finishError = signal<unknown>(null);
  private readonly aborts = new Map<string, AbortController>();
  private readonly endActivity = beginActivity({ label: 'new.activity.upload', path: '/new' });
  private isFinishing = false;

  private constructor(
    readonly conversationId: string,
    private readonly options: { finishes: boolean; onDone: () => void },
  ) {}

  /**
   * @param files with a position when they go on from an earlier page
   * @param options.onDone is called once, when everything is sent
   */
  static start(
    conversationId: string,
    files: readonly (PickedFile & { position?: number })[],
    options: { finishes: boolean; onDone: () => void },
  ): UploadBatch {
    const batch = new UploadBatch(conversationId, options);
    batch.uploads.value = files.map((picked, index) => ({
      ...picked,
      position: picked.position ?? index,
      state: 'waiting',
      share: 0,
      error: null,
    }));
    currentBatch.value = batch;
    batch.keep();
    batch.proceed();
    return batch;
  }

  cancel(token: string): void {
    this.update(token, { state: 'canceled' });
    this.aborts.get(token)?.abort();
    this.proceed();
  }

  retry(token: string): void {
    this.update(token, { state: 'waiting', error: null });
    this.proceed();
  }

  remove(token: string): void {
    const removed = this.uploads.peek().find((upload) => upload.token === token);
    // When that fails, the upload expires by itself.
    if (removed !== undefined) void endUpload(this.recordingOf(removed)).catch(() => undefined);
    this.uploads.value = this.uploads.peek().filter((upload) => upload.token !== token);
    this.keep();
    this.proceed();
  }

  /** Finishes the conversation; again after a failure. */
  async finish(): Promise<void> {
    if (this.isFinishing) return;
    this.isFinishing = true;
    this.finishError.value = null;
    try {
      if (this.options.finishes) await finish(this.conversationId);
      this.end();
      this.options.onDone();
    } catch (error) {
      this.finishError.value = error;
    } finally {
      this.isFinishing = false;
    }
  }

  /** Gives up what was not sent; the conversation keeps what was, and stays open. */
  end(): void {
    for (const abort of this.aborts.values()) abort.abort();
    this.endActivity();
    forgetBatch();
    if (currentBatch.peek() === this) currentBatch.value = null;
  }

  private proceed(): void {
    const uploads = this.uploads.peek();
    const free = AT_ONCE - uploads.filter(({ state }) => state === 'sending').length;
    for (const upload of uploads.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, free))) {
      void this.send(upload);
    }
    const isDone = uploads.length > 0 && uploads.every(({ state }) => state === 'accepted');
    if (isDone) void this.finish();
  }

  private async send(upload: Upload): Promise<void> {
    const { token } = upload;
    const abort = new AbortController();
    this.aborts.set(token, abort);
    this.update(token, { state: 'sending' });
    try {
      await this.tryToSend(upload, abort.signal);
      this.update(token, { state: 'accepted', share: 1, error: null });
      this.keep();
    } catch (error) {
      // A canceled one has its state already, and may be waiting again.
      if (!abort.signal.aborted) this.update(token, { state: 'failed', error });
    }
    this.proceed();
  }

  private async tryToSend(upload: Upload, signal: AbortSignal): Promise<void> {
    const { token } = upload;
    let furthest = upload.share;
    for (let failures = 0; ;) {
      try {
        await sendResumably(this.recordingOf(upload), {
          signal,
          onProgress: (share) => {
            if (share > furthest) failures = 0;
            furthest = Math.max(furthest, share);
            this.update(token, { share, error: null });
          },
        });
        return;
      } catch (error) {
        failures += 1;
        if (signal.aborted || !mayPass(error) || failures === MAX_TRIES) throw error;
        this.update(token, { error });
        await pause(pauseMs(failures), signal);
        signal.throwIfAborted();
      }
    }
  }

  private recordingOf({ token, file, position }: Upload): OutgoingRecording {
    return {
      conversationId: this.conversationId,
      position,
      idempotencyKey: token,
      audio: file,
      fileName: file.name,
    };
  }

  /** Remembers what is left, for a page that is loaded after this one has ended. */
  private keep(): void {
    const left = this.uploads.peek().filter(({ state }) => state !== 'accepted');
    keepBatch({
      conversationId: this.conversationId,
      finishes: this.options.finishes,
      files: left.map(({ token, position, file: { name, size, lastModified } }) => ({
        token,
        position,
        name,
        size,
        lastModified,
      })),
    });
  }

  private update(token: string, changes: Partial<Upload>): void {
    this.uploads.value = this.uploads
      .peek()
      .map((upload) => (upload.token === token ? { ...upload, ...changes } : upload));
  }
}
