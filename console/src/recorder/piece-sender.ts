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

  /** Says that a piece is complete. */
  add(): void {
    this.waiting.value += 1;
    this.notice();
  }

  /** Says that no more pieces come. */
  close(): void {
    this.isClosed = true;
    this.notice();
  }

  /** Sends refused pieces once more. */
  tryAgain(): void {
    this.waiting.value += this.refusals.value.length;
    this.refusals.value = [];
    this.next = 0;
  }

  /** Resolves after `close`, when each piece has been sent or refused. */
  async run(): Promise<void> {
    while (!this.signal.aborted) {
      this.hasNews = false;
      const piece = await this.store.nextSealed(this.conversationId, this.next);
      if (piece !== undefined) await this.send(piece);
      else if (this.isClosed) return;
      else await this.wakened();
    }
  }

  private notice(): void {
    this.hasNews = true;
    this.wakeUp();
  }

  private async wakened(): Promise<void> {
    if (this.hasNews) return;
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve;
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private async send(piece: StoredPiece): Promise<void> {
    const audio = await this.store.sound(piece);
    let error: unknown = null;
    // Stopped right after its start, a piece has no sound.
    if (audio.size > 0) error = await this.errorOfSending(piece, audio);
    if (this.signal.aborted) return;
    this.waiting.value -= 1;
    if (error !== null) {
      this.refusals.value = [...this.refusals.value, { piece, error }];
      this.next = piece.number + 1;
      return;
    }
    if (audio.size > 0) this.sent.value += 1;
    await this.store.removePiece(piece);
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
