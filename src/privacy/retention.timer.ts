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

/** Who asks for a deletion, or has a chunk settled, need not wait for long. A pass without work is a few index look-ups. */
const MAX_INTERVAL_MS = 10_000;
/** A request to a bucket that fell silent may take longer; what it was to remove is still owed. */
const STOP_GRACE_MS = 10_000;

/**
 * Removes what is to be removed: conversations, recordings, copies at the provider. All that is owed stands in the record, so a
 * crash, or queues that are wiped, cost nothing but time.
 *
 * It is a timer of every worker process behind a lock of the database, and no job, for the reconciler's reason (rule K5): a
 * deletion that was promised must not be lost with a queue.
 */
@Injectable()
export class RetentionTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RetentionTimer.name);
  private readonly timer: LockedTimer;

  constructor(
    config: AppConfig,
    database: Database,
    private readonly conversations: ConversationDeleter,
    private readonly retention: AudioRetention,
    private readonly provider: ProviderDeleter,
    private readonly leftovers: LeftoverAudio,
  ) {
    this.timer = new LockedTimer(database, {
      lock: 'ringback:privacy',
      intervalMs: Math.min(config.reconcileIntervalMs, MAX_INTERVAL_MS),
      pass: () => this.keep(),
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
        () => new Error('a store does not answer; another process goes on'),
      ),
    );
  }

  /** Removes what is due, unless another process does so at this moment. */
  async keep(): Promise<void> {
    await this.timer.alone(() => this.removeWhatIsDue(this.timer.signal));
  }

  /** None of them stands in the way of the others: a bucket may be away, and AssemblyAI well. */
  private async removeWhatIsDue(signal: AbortSignal): Promise<void> {
    await this.attempt('removing deleted conversations', () => this.conversations.run(signal));
    await this.attempt('removing recordings', () => this.retention.run(signal));
    await this.attempt('deleting copies at AssemblyAI', () => this.provider.run(signal));
    await this.attempt('ending deletions', () => this.conversations.finish());
    await this.attempt('removing left-over recordings', () => this.leftovers.run(signal));
  }

  private async attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn(`${what} failed, the next pass makes up for it: ${reason}`);
    }
  }
}
