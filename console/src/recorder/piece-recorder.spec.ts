import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PieceRecorder, type PieceReceiver } from './piece-recorder';

const PIECE_MS = 30_000;
const STREAM = {} as MediaStream;

/** Events in their order, at the recorders of the browser and at the receiver. */
let events: string[];
let recorders: FakeRecorder[];

class FakeRecorder extends EventTarget {
  static readonly isTypeSupported = () => true;
  state = 'inactive';
  readonly mimeType = 'audio/webm;codecs=opus';
  private readonly number = recorders.push(this) - 1;

  start(): void {
    this.state = 'recording';
    events.push(`start ${this.number}`);
  }

  /** Delivers the last sound and the end a moment later, like a browser. */
  stop(): void {
    this.state = 'inactive';
    events.push(`stop ${this.number}`);
    queueMicrotask(() => {
      this.hear('last');
      this.dispatchEvent(new Event('stop'));
    });
  }

  hear(sound: string): void {
    this.dispatchEvent(Object.assign(new Event('dataavailable'), { data: new Blob([sound]) }));
  }
}

function receiver(changes: Partial<PieceReceiver> = {}): PieceReceiver {
  const note = (event: string) => {
    events.push(event);
    return Promise.resolve();
  };
  return {
    opened: (number) => note(`opened ${number}`),
    recorded: (number, index, bytes) => note(`${number}.${index} ${new TextDecoder().decode(bytes)}`),
    sealed: (number) => note(`sealed ${number}`),
    failed: (error) => void note(`failed: ${String(error)}`),
    ...changes,
  };
}

const kept = () => events.filter((event) => !/^(start|stop)/.test(event));

beforeEach(() => {
  events = [];
  recorders = [];
  vi.useFakeTimers();
  vi.stubGlobal('MediaRecorder', FakeRecorder);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the recorder of pieces', () => {
  it('begins each piece before the former ends', async () => {
    const recorder = new PieceRecorder(receiver());
    recorder.start(STREAM);
    vi.advanceTimersByTime(2 * PIECE_MS);
    await recorder.stop();
    expect(events.filter((event) => /^(start|stop)/.test(event))).toEqual([
      'start 0',
      'start 1',
      'stop 0',
      'start 2',
      'stop 1',
      'stop 2',
    ]);
  });

  it('hands a piece over in order, and ends when all pieces are kept', async () => {
    const recorder = new PieceRecorder(receiver());
    recorder.start(STREAM);
    recorders[0]?.hear('first');
    vi.advanceTimersByTime(PIECE_MS);
    await recorder.stop();
    const ofFirst = kept().filter((event) => /^(opened 0|0\.|sealed 0)/.test(event));
    expect(ofFirst).toEqual(['opened 0', '0.0 first', '0.1 last', 'sealed 0']);
    expect(kept()).toContain('sealed 1');
    vi.advanceTimersByTime(PIECE_MS);
    expect(recorders).toHaveLength(2);
  });

  it('continues its numbers after a pause', async () => {
    const recorder = new PieceRecorder(receiver());
    recorder.start(STREAM);
    await recorder.stop();
    recorder.start(STREAM);
    await recorder.stop();
    expect(kept()).toContain('sealed 1');
  });

  it('reports a slice that could not be kept, and seals the piece up to there', async () => {
    const recorded = vi
      .fn<PieceReceiver['recorded']>()
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(new Error('no space'));
    const recorder = new PieceRecorder(receiver({ recorded }));
    recorder.start(STREAM);
    for (const sound of ['kept', 'lost', 'useless']) recorders[0]?.hear(sound);
    await recorder.stop();
    expect(recorded).toHaveBeenCalledTimes(2);
    expect(kept()).toEqual(['opened 0', 'failed: Error: no space', 'sealed 0']);
  });

  it('reports a microphone that is gone when a piece begins, and keeps the former one', async () => {
    const recorder = new PieceRecorder(receiver());
    recorder.start(STREAM);
    vi.spyOn(FakeRecorder.prototype, 'start').mockImplementationOnce(() => {
      throw new Error('unplugged');
    });
    vi.advanceTimersByTime(PIECE_MS);
    await recorder.stop();
    expect(kept()).toEqual(['opened 0', 'failed: Error: unplugged', '0.0 last', 'sealed 0']);
  });
});
