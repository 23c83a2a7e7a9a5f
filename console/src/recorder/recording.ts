import { computed, signal } from '@preact/signals';
import { finish } from '../api/conversations';
import { mayPass, pause, pauseMs } from '../api/retry';
import { beginActivity } from '../live/activity';
import { openMicrophone } from './microphone';
import { PieceRecorder } from './piece-recorder';
import { PieceSender } from './piece-sender';
import { PieceStore, type StoredRecording } from './piece-store';
import { claimRecording, unclaimed } from './recording-lock';
import { keepScreenOn } from './screen';

/** The recording of this tab; pages may come and go meanwhile. */
export const currentRecording = signal<Recording | null>(null);

/**
 * Called once, when everything is sent.
 *
 * @param conversationId null: the conversation is gone
 */
type OnDone = (conversationId: string | null) => void;

export interface Leftover extends StoredRecording {
  /** Pieces that were not sent. */
  pieces: number;
}

/**
 * A conversation that is recorded by the microphone.
 *
 * - `recording`: pieces are made and sent.
 * - `paused`: nothing is recorded; pieces are sent. A resume begins the next piece.
 * - `sending`: the recording has ended; the rest is sent, then the conversation is finished.
 * - `blocked`: the service refuses something; a person decides.
 *
 * A recording that was interrupted by a reload begins again as `sending`.
 */
export class Recording {
  readonly state = signal<'recording' | 'paused' | 'sending' | 'blocked'>('recording');
  readonly stream = signal<MediaStream | null>(null);
  /** Why the recording has paused by itself. */
  readonly interruption = signal<unknown>(null);
  /** Why the conversation cannot be finished. */
  readonly finishError = signal<unknown>(null);
  readonly sender: PieceSender;
  readonly trouble = computed(() => this.sender.trouble.value ?? this.finishTrouble.value);
  private readonly finishTrouble = signal<unknown>(null);
  private readonly abort = new AbortController();
  private readonly recorder: PieceRecorder;
  private readonly endActivity: () => void;
  private isSending = false;
  private recordedMs = 0;
  private startedAt: number | null = null;
  private letScreenSleep: () => void = () => undefined;

  private constructor(
    readonly stored: StoredRecording,
    private readonly store: PieceStore,
    private readonly release: () => void,
    private readonly onDone: OnDone,
  ) {
    this.sender = new PieceSender(store, stored.conversationId, this.abort.signal);
    this.recorder = new PieceRecorder(this.receiver());
    this.endActivity = beginActivity({ label: 'new.activity.recording', path: '/new' });
    currentRecording.value = this;
  }

  /**
   * Starts to record.
   *
   * @param source the microphone and the store, which were opened before the conversation, as both
   * may be refused
   */
  static async start(
    conversation: { id: string; title: string | null },
    source: { stream: MediaStream; store: PieceStore },
    onDone: OnDone,
  ): Promise<void> {
    const { stream, store } = source;
    const release = (await claimRecording(conversation.id)) ?? (() => undefined);
    const { id: conversationId, title } = conversation;
    const stored = { conversationId, title, startedAt: new Date().toISOString() };
    await store.addRecording(stored);
    const recording = new Recording(stored, store, release, onDone);
    recording.begin(stream);
    void recording.sendAll();
  }

  /** Sends what is left of a recording. @returns false when another tab does */
  static async sendLeftover(stored: StoredRecording, onDone: OnDone): Promise<boolean> {
    const release = await claimRecording(stored.conversationId);
    if (release === undefined) return false;
    const store = await PieceStore.open();
    const recording = new Recording(stored, store, release, onDone);
    recording.state.value = 'sending';
    await recording.sendRest();
    return true;
  }

  /** Returns the time that was recorded, without pauses. */
  elapsedMs(): number {
    return this.recordedMs + (this.startedAt === null ? 0 : performance.now() - this.startedAt);
  }

  async pause(): Promise<void> {
    if (this.state.peek() !== 'recording') return;
    this.state.value = 'paused';
    await this.endPiece();
  }

  /** @throws MicrophoneError */
  async resume(): Promise<void> {
    const stream = await openMicrophone();
    this.interruption.value = null;
    this.state.value = 'recording';
    this.begin(stream);
  }

  /** Ends the recording; the rest is sent, and the conversation finished. */
  async stop(): Promise<void> {
    this.state.value = 'sending';
    await this.endPiece();
    await this.sendRest();
  }

  /** Tries once more what the service has refused. */
  async tryAgain(): Promise<void> {
    this.state.value = 'sending';
    this.finishError.value = null;
    this.sender.forgetRefusals();
    await this.sendRest();
  }

  /** Gives up what the service has refused, and finishes the conversation if it still exists. */
  async giveUp(): Promise<void> {
    const { conversationId } = this.stored;
    for (const { piece } of this.sender.refusals.peek()) await this.store.removePiece(piece);
    this.sender.refusals.value = [];
    try {
      await finish(conversationId);
      await this.end(conversationId);
    } catch (error) {
      if (mayPass(error)) await this.tryAgain();
      else await this.end(null);
    }
  }

  /** Returns the sound of the refused pieces, to be saved to a file. */
  async refusedSounds(): Promise<{ number: number; mimeType: string; sound: Blob }[]> {
    return Promise.all(
      this.sender.refusals
        .peek()
        .map(async ({ piece }) => ({ ...piece, sound: await this.store.sound(piece) })),
    );
  }

  private begin(stream: MediaStream): void {
    this.stream.value = stream;
    this.startedAt = performance.now();
    this.letScreenSleep = keepScreenOn();
    for (const track of stream.getTracks()) {
      track.addEventListener('ended', () => this.interrupt(new Error('the microphone has ended')));
    }
    this.recorder.start(stream);
  }

  private async endPiece(): Promise<void> {
    const stream = this.stream.peek();
    this.recordedMs = this.elapsedMs();
    this.startedAt = null;
    this.stream.value = null;
    this.letScreenSleep();
    await this.recorder.stop();
    for (const track of stream?.getTracks() ?? []) track.stop();
  }

  /** Completes the pieces that an interruption has left, and sends to the end. */
  private async sendRest(): Promise<void> {
    const { conversationId } = this.stored;
    try {
      await this.store.sealAll(conversationId);
      await this.sender.close();
      void this.sendAll();
    } catch (error) {
      this.block(error);
    }
  }

  private interrupt(error: unknown): void {
    if (this.state.peek() !== 'recording') return;
    this.interruption.value = error;
    void this.pause();
  }

  private receiver() {
    const { store, sender } = this;
    const { conversationId } = this.stored;
    return {
      opened: (number: number, mimeType: string) => store.openPiece({ conversationId, number, mimeType }),
      recorded: (number: number, index: number, bytes: ArrayBuffer) =>
        store.addSlice({ conversationId, number, index, bytes }),
      sealed: async (number: number, mimeType: string) => {
        await store.seal({ conversationId, number, mimeType });
        await sender.notice();
      },
      failed: (error: unknown) => this.interrupt(error),
    };
  }

  /** Sends pieces, and finishes when no more come; one call does it for all. */
  private async sendAll(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      await this.sender.run();
      if (this.sender.refusals.peek().length > 0) {
        this.block(null);
        return;
      }
      await this.finishWhenPossible();
      await this.end(this.stored.conversationId);
    } catch (error) {
      await this.endPiece();
      this.block(error);
    } finally {
      this.isSending = false;
    }
  }

  private block(error: unknown): void {
    this.finishError.value = error;
    this.state.value = 'blocked';
  }

  private async finishWhenPossible(): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        await finish(this.stored.conversationId);
        return;
      } catch (error) {
        if (!mayPass(error)) throw error;
        this.finishTrouble.value = error;
        await pause(pauseMs(failures));
      }
    }
  }

  private async end(conversationId: string | null): Promise<void> {
    this.abort.abort();
    await this.store.removeRecording(this.stored.conversationId);
    this.endActivity();
    this.release();
    if (currentRecording.peek() === this) currentRecording.value = null;
    this.onDone(conversationId);
  }
}

/** Returns the recordings of this browser that no tab works on, with pieces that were not sent. */
export async function findLeftovers(): Promise<Leftover[]> {
  // Without HTTPS there is no microphone either.
  if (!isSecureContext) return [];
  const store = await PieceStore.open();
  const recordings = await store.recordings();
  const free = new Set(await unclaimed(recordings.map(({ conversationId }) => conversationId)));
  return Promise.all(
    recordings
      .filter(({ conversationId }) => free.has(conversationId))
      .map(async (stored) => ({ ...stored, pieces: (await store.pieces(stored.conversationId)).length })),
  );
}

export async function discardLeftover(conversationId: string): Promise<void> {
  await (await PieceStore.open()).removeRecording(conversationId);
}
