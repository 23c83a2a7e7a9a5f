import type { Logger } from '@nestjs/common';
import { sql } from 'kysely';
import type { Database } from './database.js';

/** Processes that started together do not look together. */
const JITTER_SHARE = 0.2;

export interface LockedTimerOptions {
  /** Names the advisory lock, for all processes of this database. */
  lock: string;
  /** Between two passes, give or take a tenth. */
  intervalMs: number;
  /** Work of each pass; does what needs the lock through `alone`. */
  pass: () => Promise<void>;
  logger: Logger;
}

/**
 * Work that every process offers to do, by a timer, and one of them does at a time. It is no job of
 * a queue: it is there for when queues are wiped (rule K5). A pass that fails is logged, and the
 * next one is as good.
 */
export class LockedTimer {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly options: LockedTimerOptions,
  ) {}

  /** Aborted when the timer is stopped. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Begins the first pass at once. */
  start(): void {
    this.running = this.run();
  }

  /** Begins no more passes, and waits for the one under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  /** Does the work, unless another process does so at this moment. */
  async alone(work: () => Promise<void>): Promise<void> {
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
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn(`a pass failed, the next one makes up for it: ${reason}`);
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
