import { Worker } from 'node:worker_threads';
import type { RandomAccessAudio } from '../access/random-access-audio.js';
import type { FromThread, MediaKind, MediaTasks, ToThread } from './media-messages.js';

/** The build has the file; tests that run the sources use that of the build. */
const WORKER_FILE = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/src/audio/media/media.worker.js', import.meta.url)
  : new URL('./media.worker.js', import.meta.url);

const PING_INTERVAL_MS = 500;
/**
 * Pings without an answer after which the thread is in a loop: its steps take milliseconds. Pings
 * are counted instead of time, as this thread may have been busy itself.
 */
const MAX_UNANSWERED_PINGS = 6;
/** The index of a film of hours takes some tens. */
const MAX_THREAD_MEGABYTES = 256;
/** Packets live for a moment: with the usual 48 MB, some hundred megabytes of them pile up. */
const MAX_YOUNG_MEGABYTES = 8;

/** The thread died under a task: in a loop without an end, or out of memory. */
export class ThreadLostError extends Error {
  override readonly name = 'ThreadLostError';

  constructor() {
    super('the file could not be examined: the program that does so stopped');
  }
}

interface RunningTask {
  message: Extract<ToThread, { type: 'run' }>;
  audio: RandomAccessAudio;
  /** Aborts reads of the recording. */
  reads: AbortController;
  settle: (outcome: { result: unknown } | { error: Error }) => void;
}

/**
 * A thread in which files are parsed. Parsers are fed with whatever people send, and some broken
 * files keep the library busy forever. A thread that does not answer is ended, with its tasks.
 */
export class MediaThread {
  readonly #tasks = new Map<number, RunningTask>();
  #worker: Worker | undefined;
  #pings: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #lastId = 0;

  /**
   * Runs a task in the thread, which is started when there is none.
   *
   * @throws ThreadLostError when the thread had to be ended; the task may not be to blame
   * @throws the caller's own abort reason when `signal` aborts
   * @throws Error for a failure of the task itself
   */
  async run<K extends MediaKind>(
    kind: K,
    {
      input,
      audio,
      signal,
    }: { input: MediaTasks[K]['input']; audio: RandomAccessAudio; signal: AbortSignal },
  ): Promise<MediaTasks[K]['result']> {
    signal.throwIfAborted();
    const worker = this.#worker ?? this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    const reads = new AbortController();
    const cancel = (): void => {
      worker.postMessage({ type: 'cancel', id } satisfies ToThread);
      this.#tasks.get(id)?.settle({ error: signal.reason as Error });
    };
    try {
      return await new Promise<MediaTasks[K]['result']>((resolve, reject) => {
        const message = { type: 'run' as const, id, kind, input, bytes: audio.bytes };
        const settle: RunningTask['settle'] = (outcome) => {
          if ('error' in outcome) reject(outcome.error);
          else resolve(outcome.result as MediaTasks[K]['result']);
        };
        this.#tasks.set(id, { message, audio, reads, settle });
        signal.addEventListener('abort', cancel, { once: true });
        worker.postMessage(message satisfies ToThread);
        this.#watch();
      });
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#tasks.delete(id);
      reads.abort();
      if (this.#tasks.size === 0) this.#rest();
    }
  }

  /** Ends the thread, and fails its tasks. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#lose();
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(WORKER_FILE, {
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: MAX_THREAD_MEGABYTES,
        maxYoungGenerationSizeMb: MAX_YOUNG_MEGABYTES,
      },
    });
    const lose = (): void => {
      if (this.#worker === worker) this.#lose();
    };
    worker.on('message', (message: FromThread) => {
      if (this.#worker === worker) this.#receive(worker, message);
    });
    worker.on('error', lose);
    worker.on('exit', lose);
    // A thread that rests keeps no process alive.
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #receive(worker: Worker, message: FromThread): void {
    this.#unanswered = 0;
    if (message.type === 'pong') return;
    const task = this.#tasks.get(message.id);
    if (message.type === 'read') void this.#read(worker, message, task);
    else if (message.type === 'result') task?.settle({ result: message.result });
    else task?.settle({ error: new Error(message.message) });
  }

  async #read(
    worker: Worker,
    { id, readId, start, end }: Extract<FromThread, { type: 'read' }>,
    task: RunningTask | undefined,
  ): Promise<void> {
    let data: Uint8Array<ArrayBuffer>;
    try {
      if (task === undefined) throw new Error('the task has ended');
      // A copy, which is moved: a view would be sent with the whole buffer that it is a part of.
      data = new Uint8Array(await task.audio.read({ start, end }, task.reads.signal));
    } catch {
      // The thread treats the file as one that cannot be read.
      worker.postMessage({ type: 'read_failed', id, readId } satisfies ToThread);
      return;
    }
    worker.postMessage({ type: 'read', id, readId, data } satisfies ToThread, [data.buffer]);
  }

  /** Pings the thread while it has tasks. */
  #watch(): void {
    if (this.#pings !== undefined) return;
    this.#unanswered = 0;
    this.#pings = setInterval(() => {
      if (this.#unanswered >= MAX_UNANSWERED_PINGS) void this.stop();
      this.#unanswered += 1;
      this.#worker?.postMessage({ type: 'ping' } satisfies ToThread);
    }, PING_INTERVAL_MS);
  }

  #rest(): void {
    clearInterval(this.#pings);
    this.#pings = undefined;
  }

  #lose(): void {
    this.#worker = undefined;
    this.#rest();
    for (const { settle } of this.#tasks.values()) settle({ error: new ThreadLostError() });
  }
}
