import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { errorMessage } from '../errors/error-message.js';
import { Metrics } from '../observability/metrics.js';
import { type ChangePage, ChangesRepository } from './changes.repository.js';
import type { Cursor } from './cursor.js';

/** Pause between two reads: nobody sees half a second, and a read of nothing takes little. */
const POLL_INTERVAL_MS = 500;

/** Receives all changes, page by page. */
export interface ChangeListener {
  onPage(page: ChangePage): void;
}

/**
 * The one reader of changes in a process: listeners share what it reads. It reads only while there
 * is a listener.
 */
@Injectable()
export class ChangeReader implements OnApplicationShutdown {
  private readonly logger = new Logger(ChangeReader.name);
  private readonly listeners = new Set<ChangeListener>();
  private starting: Promise<void> | undefined;
  private current: Cursor | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isFailing = false;
  private isStopped = false;

  constructor(
    private readonly changes: ChangesRepository,
    metrics: Metrics,
  ) {
    metrics.collectOnScrape(async () => {
      metrics.streamLagSeconds.set(this.current === undefined ? 0 : await changes.ageAfter(this.current));
    });
  }

  /**
   * Begins to read. Resolves with a position; the caller has the time of one pause to add a
   * listener, as the reader ends without one.
   */
  async start(): Promise<void> {
    while (this.current === undefined) {
      this.starting ??= this.begin();
      await this.starting;
    }
  }

  /** All changes after it come to the listeners that are added before the caller waits. */
  get position(): Cursor {
    if (this.current === undefined) throw new TypeError('the reader of changes has not started');
    return this.current;
  }

  add(listener: ChangeListener): void {
    this.listeners.add(listener);
  }

  remove(listener: ChangeListener): void {
    this.listeners.delete(listener);
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async begin(): Promise<void> {
    try {
      this.current = await this.changes.now();
      this.schedule();
    } finally {
      this.starting = undefined;
    }
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      if (this.listeners.size === 0) this.current = undefined;
      else void this.read();
    }, POLL_INTERVAL_MS).unref();
  }

  /** Reads until nothing is left. A failure is repeated after the pause, from the same position. */
  private async read(): Promise<void> {
    try {
      let page: ChangePage;
      do {
        page = await this.changes.page(this.current ?? (await this.changes.now()));
        this.current = page.end;
        for (const listener of [...this.listeners]) listener.onPage(page);
      } while (page.isFull && this.listeners.size > 0);
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.logger.warn(`changes cannot be read now: ${errorMessage(error)}`);
      this.isFailing = true;
    }
    this.schedule();
  }
}
