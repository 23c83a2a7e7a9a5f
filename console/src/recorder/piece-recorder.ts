import { supportedType } from './media-types';

/**
 * Length of a piece. Each is a file of its own, so that text appears while somebody still speaks; a
 * shorter one would give the model less of a sentence's context.
 */
const PIECE_MS = 30_000;
/** A crash of the browser loses at most this much. */
const SLICE_MS = 1_000;
/** Speech is recognized as well as at higher rates, and an hour has 22 MB. */
const BITS_PER_SECOND = 48_000;

/** Receives what is recorded; calls for one piece come one after the other. */
export interface PieceReceiver {
  opened: (number: number, mimeType: string) => Promise<void>;
  recorded: (number: number, index: number, bytes: ArrayBuffer) => Promise<void>;
  sealed: (number: number, mimeType: string) => Promise<void>;
  /** Something could not be kept, or the browser stopped recording. */
  failed: (error: unknown) => void;
}

/**
 * Records a stream as pieces that are complete files. The next piece begins before the former
 * ends, so that no word is lost between them.
 */
export class PieceRecorder {
  private current: MediaRecorder | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private nextNumber = 0;
  /** Pieces that have ended, but are not kept yet. */
  private readonly unkept = new Set<Promise<void>>();

  constructor(private readonly receiver: PieceReceiver) {}

  start(stream: MediaStream): void {
    const former = this.current;
    try {
      this.current = this.open(stream);
    } catch (error) {
      // The microphone may have been unplugged at this moment.
      this.receiver.failed(error);
      return;
    }
    former?.stop();
    this.timer = setTimeout(() => this.start(stream), PIECE_MS);
  }

  /** Ends the current piece, and resolves when all are kept; a start begins the next one. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    const { current } = this;
    this.current = undefined;
    // The browser has stopped it by itself when the microphone was unplugged.
    if (current !== undefined && current.state !== 'inactive') current.stop();
    await Promise.all(this.unkept);
  }

  private open(stream: MediaStream): MediaRecorder {
    const number = this.nextNumber++;
    const mimeType = supportedType((type) => MediaRecorder.isTypeSupported(type));
    const recorder = new MediaRecorder(stream, {
      ...(mimeType === undefined ? {} : { mimeType }),
      audioBitsPerSecond: BITS_PER_SECOND,
    });
    recorder.addEventListener('error', (event) => this.receiver.failed(event));
    recorder.start(SLICE_MS);
    const kept = this.keep(recorder, number).finally(() => this.unkept.delete(kept));
    this.unkept.add(kept);
    return recorder;
  }

  /** Resolves when the receiver has the whole piece. */
  private async keep(recorder: MediaRecorder, number: number): Promise<void> {
    const { receiver } = this;
    const mimeType = supportedType((type) => MediaRecorder.isTypeSupported(type)) ?? recorder.mimeType;
    let index = 0;
    let isSound = true;
    // After a slice that was lost, the next ones would not continue the file.
    const step = async (write: () => Promise<void>): Promise<void> => {
      if (!isSound) return;
      await write().catch((error: unknown) => {
        isSound = false;
        receiver.failed(error);
      });
    };
    let steps = step(() => receiver.opened(number, mimeType));
    recorder.addEventListener('dataavailable', ({ data }) => {
      if (data.size === 0) return;
      const slice = index++;
      steps = steps.then(() => step(async () => receiver.recorded(number, slice, await data.arrayBuffer())));
    });
    await new Promise((resolve) => recorder.addEventListener('stop', resolve));
    await steps;
    await receiver.sealed(number, mimeType).catch((error: unknown) => receiver.failed(error));
  }
}
