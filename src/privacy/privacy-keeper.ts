import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { sql } from 'kysely';
import { AppConfig } from '../config/app-config.js';
import { inTime } from '../deadlines/in-time.js';
import { Database } from '../database/database.js';
import { AudioRetention } from './audio-retention.js';
import { ConversationEraser } from './conversation-eraser.js';
import { LeftoverAudio } from './leftover-audio.js';
import { ProviderEraser } from './provider-eraser.js';

/** Who asks for a deletion, or has a chunk settled, need not wait for long. A pass without work is a few index look-ups. */
const MAX_INTERVAL_MS = 10_000;
/** Processes that started together do not look together. */
const JITTER_SHARE = 0.2;
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
export class PrivacyKeeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PrivacyKeeper.name);
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly conversations: ConversationEraser,
    private readonly retention: AudioRetention,
    private readonly provider: ProviderEraser,
    private readonly leftovers: LeftoverAudio,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.pass();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.attempt('ending the last pass', () =>
      inTime(
        this.running,
        STOP_GRACE_MS,
        () => new Error('a store does not answer; another process goes on'),
      ),
    );
  }

  /** Removes what is due, unless another process does so at this moment. */
  async keep(): Promise<void> {
    await this.database.connection().execute(async (connection) => {
      const lock = sql<{
        locked: boolean;
      }>`select pg_try_advisory_lock(hashtext('ringback:privacy')) as locked`;
      const { rows } = await lock.execute(connection);
      if (rows[0]?.locked !== true) return;
      try {
        await this.removeWhatIsDue(this.stopping.signal);
      } finally {
        await sql`select pg_advisory_unlock(hashtext('ringback:privacy'))`.execute(connection);
      }
    });
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

  private async pass(): Promise<void> {
    await this.attempt('a pass', () => this.keep());
    if (this.stopping.signal.aborted) return;
    const intervalMs = Math.min(this.config.reconcileIntervalMs, MAX_INTERVAL_MS);
    this.timer = setTimeout(
      () => {
        this.running = this.pass();
      },
      intervalMs * (1 + JITTER_SHARE * (Math.random() - 0.5)),
    ).unref();
  }
}
