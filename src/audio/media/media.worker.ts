import { parentPort } from 'node:worker_threads';
import type { ByteRange } from '../audio-storage.js';
import type { RandomAccessAudio } from '../access/random-access-audio.js';
import { readFacts } from '../facts/read-facts.js';
import { cutSlice } from '../slices/cut-slice.js';
import { FrameIndexes } from '../slices/near/frame-indexes.js';
import type { FromThread, MediaKind, MediaTasks, ToThread } from './media-messages.js';

type Run<K extends MediaKind> = (
  audio: RandomAccessAudio,
  input: MediaTasks[K]['input'],
  signal: AbortSignal,
) => Promise<MediaTasks[K]['result']>;

const indexes = new FrameIndexes();

const RUNS: { [K in MediaKind]: Run<K> } = {
  facts: (audio, _input, signal) => readFacts(audio, { signal }),
  slice: (audio, input, signal) => cutSlice(audio, input, signal, indexes),
};

interface PendingRead {
  resolve: (data: Buffer) => void;
  reject: (error: Error) => void;
}

/** A task under way. Its recording is read by the other thread, which has the store. */
class Task {
  readonly #cancelled = new AbortController();
  readonly #reads = new Map<number, PendingRead>();
  #lastRead = 0;

  constructor(private readonly message: Extract<ToThread, { type: 'run' }>) {}

  async run(): Promise<void> {
    const { id, kind, input, bytes } = this.message;
    const audio: RandomAccessAudio = { bytes, read: (range, signal) => this.#read(range, signal) };
    try {
      // The sender has checked that the input is of this kind.
      const run = RUNS[kind] as Run<MediaKind>;
      const result = await run(audio, input, this.#cancelled.signal);
      // A slice is moved instead of copied, as it has some megabytes.
      send({ type: 'result', id, result }, 'bytes' in result ? [result.bytes.buffer as ArrayBuffer] : []);
    } catch (error) {
      send({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  cancel(): void {
    this.#cancelled.abort();
    for (const { reject } of this.#reads.values()) reject(new Error('the task was cancelled'));
    this.#reads.clear();
  }

  settleRead(readId: number, data: Uint8Array | undefined): void {
    const read = this.#reads.get(readId);
    this.#reads.delete(readId);
    if (data === undefined) read?.reject(new Error('the recording could not be read'));
    else read?.resolve(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }

  async #read({ start, end }: ByteRange, signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    this.#lastRead += 1;
    const readId = this.#lastRead;
    const giveUp = (): void => {
      this.settleRead(readId, undefined);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#reads.set(readId, { resolve, reject });
        send({ type: 'read', id: this.message.id, readId, start, end });
      });
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }
}

const tasks = new Map<number, Task>();

function send(message: FromThread, moved: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, moved);
}

async function start(message: Extract<ToThread, { type: 'run' }>): Promise<void> {
  const task = new Task(message);
  tasks.set(message.id, task);
  await task.run();
  tasks.delete(message.id);
}

parentPort?.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'run':
      void start(message);
      return;
    case 'read':
      tasks.get(message.id)?.settleRead(message.readId, message.data);
      return;
    case 'read_failed':
      tasks.get(message.id)?.settleRead(message.readId, undefined);
      return;
    case 'cancel':
      tasks.get(message.id)?.cancel();
      return;
    case 'ping':
      send({ type: 'pong' });
  }
});
