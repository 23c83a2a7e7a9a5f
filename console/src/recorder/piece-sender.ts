import { signal } from '@preact/signals';
import { mayPass, pause, pauseMs } from '../api/retry';
import { sendRecording } from '../api/send-recording';
import { pieceName } from './media-types';
import type { PieceStore, StoredPiece } from './piece-store';

export interface Refusal {
  piece: StoredPiece;
  error: unknown;
}

/**
 * Sends the complete pieces of a recording, one by one in their order, for as long as it takes. A
 * piece is removed from the store when the service has it; the key of a piece makes a repeat
 * harmless.
 */
export class PieceSender {
  readonly sent = signal(0);
  readonly waiting = signal(0);
  /** Why the last try failed, while the next one is pending. */
  readonly trouble = signal<unknown>(null);
  /** Pieces that the service does not accept; they stay in the store. */
  readonly refusals = signal<readonly Refusal[]>([]);
  private next = 0;
  private isClosed = false;
  /** Whether something has happened since the store was asked. */
  private hasNews = false;
  private wakeUp: () => void = () => undefined;

  constructor(
    private readonly store: PieceStore,
    private readonly conversationId: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Says that there may be another complete piece. */
  async notice(): Promise<void> {
    this.hasNews = true;
    this.wakeUp();
    await this.count();
  }

  /** Says that no more pieces come. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.notice();
  }

  /** Makes refused pieces wait again, from the first one on. */
  forgetRefusals(): void {
    this.refusals.value = [];
    this.next = 0;
  }

  /** Resolves after `close`, when each piece has been sent or refused. */
  async run(): Promise<void> {
    while (!this.signal.aborted) {
      this.hasNews = false;
      const piece = await this.store.nextSealed(this.conversationId, this.next);
      if (piece !== undefined) await this.send(piece);
      else if (await this.hasEnded()) return;
    }
  }

  /** The store knows best, as it is also changed while a piece is sent. */
  private async count(): Promise<void> {
    const sealed = await this.store.countSealed(this.conversationId);
    this.waiting.value = sealed - this.refusals.peek().length;
  }

  /** Waits for news of the store. @returns whether there never will be any */
  private async hasEnded(): Promise<boolean> {
    if (this.hasNews) return false;
    if (this.isClosed) return true;
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve;
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    return false;
  }

  private async send(piece: StoredPiece): Promise<void> {
    const audio = await this.store.sound(piece);
    let error: unknown = null;
    // Stopped right after its start, a piece has no sound.
    if (audio.size > 0) error = await this.errorOfSending(piece, audio);
    if (this.signal.aborted) return;
    if (error === null) {
      await this.store.removePiece(piece);
      if (audio.size > 0) this.sent.value += 1;
    } else {
      this.refusals.value = [...this.refusals.value, { piece, error }];
      this.next = piece.number + 1;
    }
    await this.count();
  }

  /** @returns null when the service has the piece, else why it never will */
  private async errorOfSending(piece: StoredPiece, audio: Blob): Promise<unknown> {
    const { conversationId, number, mimeType } = piece;
    for (let failures = 1; !this.signal.aborted; failures++) {
      try {
        await sendRecording(
          {
            conversationId,
            position: number,
            idempotencyKey: `${conversationId}.${number}`,
            audio,
            fileName: pieceName(number, mimeType),
          },
          { signal: this.signal },
        );
        this.trouble.value = null;
        return null;
      } catch (error) {
        if (!mayPass(error)) return error;
        this.trouble.value = error;
        await pause(pauseMs(failures), this.signal);
      }
    }
    return null;
  }
}
