import { errorMessage } from '../errors/error-message.js';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { inTime } from '../deadlines/in-time.js';
import { Database } from '../database/database.js';
import { LockedTimer } from '../database/locked-timer.js';
import { AudioRetention } from './audio-retention.js';
import { ConversationDeleter } from './conversation-deleter.js';
import { LeftoverAudio } from './leftover-audio.js';
import { ProviderDeleter } from './provider-deleter.js';

/** Maximum delay of a due removal. A pass without work is a few index look-ups. */
const MAX_INTERVAL_MS = 10_000;
/**
 * A request to a stalled bucket may take longer; its work stays in the database for the next pass.
 */
const STOP_GRACE_MS = 10_000;

/**
 * Removes conversations, recordings and copies at the provider. All owed work is stored in the
 * database, so a crash or lost queues only delay it.
 *
 * It is a timer of every worker process behind a database lock instead of a job, for the same
 * reason as the reconciler (rule K5): a promised deletion must not be lost with a queue.
 */
@Injectable()
export class RetentionTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RetentionTimer.name);
  private readonly timer: LockedTimer;

  constructor(
    config: AppConfig,
    database: Database,
    private readonly conversations: ConversationDeleter,
    private readonly recordings: AudioRetention,
    private readonly copies: ProviderDeleter,
    private readonly leftovers: LeftoverAudio,
  ) {
    this.timer = new LockedTimer(database, {
      lock: 'ringback:privacy',
      intervalMs: Math.min(config.reconcileIntervalMs, MAX_INTERVAL_MS),
      pass: () => this.run(),
      logger: this.logger,
    });
  }

  onApplicationBootstrap(): void {
    this.timer.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.attempt('ending the last pass', () =>
      inTime(
        this.timer.stop(),
        STOP_GRACE_MS,
        () => new Error('a store does not answer; another process continues'),
      ),
    );
  }

  /** Removes everything that is due, unless another process is doing so. */
  async run(): Promise<void> {
    await this.timer.runExclusively(() => this.removeDue(this.timer.signal));
  }

  /** Runs the steps independently: a bucket may be unavailable while AssemblyAI works. */
  private async removeDue(signal: AbortSignal): Promise<void> {
    await this.attempt('removing deleted conversations', () => this.conversations.run(signal));
    await this.attempt('removing recordings', () => this.recordings.run(signal));
    await this.attempt('deleting copies at AssemblyAI', () => this.copies.run(signal));
    await this.attempt('ending deletions', () => this.conversations.finish());
    await this.attempt('removing left-over recordings', () => this.leftovers.run(signal));
  }

  private async attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const reason = errorMessage(error);
      this.logger.warn(`${what} failed, the next pass tries again: ${reason}`);
    }
  }
}
