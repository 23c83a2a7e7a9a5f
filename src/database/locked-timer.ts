import { errorMessage } from '../errors/error-message.js';
import type { Logger } from '@nestjs/common';
import { sql } from 'kysely';
import type { Database } from './database.js';

/** Keeps processes that start together from running their passes together. */
const JITTER_SHARE = 0.2;

export interface LockedTimerOptions {
  /** Name of the advisory lock, for all processes of this database. */
  lock: string;
  /** Time between two passes, give or take a tenth. */
  intervalMs: number;
  /** Work of each pass; it runs what needs the lock through `runExclusively`. */
  pass: () => Promise<void>;
  logger: Logger;
}

/**
 * Timer for work that every process attempts, and that one process at a time does. It is not a job
 * of a queue, because it must run when queues are wiped (rule K5). A failed pass is logged, and the
 * next one repeats it.
 */
export class LockedTimer {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly options: LockedTimerOptions,
  ) {}

  /** Signal that is aborted when the timer stops. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Starts the first pass at once. */
  start(): void {
    this.running = this.run();
  }

  /** Starts no more passes, and waits for the current one. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  /** Runs the work, unless another process is running it. */
  async runExclusively(work: () => Promise<void>): Promise<void> {
    const { lock } = this.options;
    await this.database.connection().execute(async (connection) => {
      const locking = sql<{ locked: boolean }>`select pg_try_advisory_lock(hashtext(${lock})) as locked`;
      const { rows } = await locking.execute(connection);
      if (rows[0]?.locked !== true) return;
      try {
        await work();
      } finally {
        await sql`select pg_advisory_unlock(hashtext(${lock}))`.execute(connection);
      }
    });
  }

  private async run(): Promise<void> {
    const { pass, intervalMs, logger } = this.options;
    try {
      await pass();
    } catch (error) {
      const reason = errorMessage(error);
      logger.warn(`a pass failed and will be repeated: ${reason}`);
    }
    if (this.signal.aborted) return;
    this.timer = setTimeout(
      () => {
        this.start();
      },
      intervalMs * (1 + JITTER_SHARE * (Math.random() - 0.5)),
    ).unref();
  }
}
