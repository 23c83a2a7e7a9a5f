import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { sql } from 'kysely';
import { AppConfig } from '../../config/app-config.js';
import { Database } from '../../database/database.js';
import { LockedTimer } from '../../database/locked-timer.js';

/** The words of one take a few milliseconds, or a third of a second for ten hours of speech. */
const BATCH = 10;

/**
 * Fills in the words of conversations that were merged before the database kept words. The table
 * had been made with a row for each of them (migration 0010). Without such rows, a pass is one
 * look-up in an empty index.
 */
@Injectable()
export class MissingWordsTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly timer: LockedTimer;

  constructor(
    private readonly database: Database,
    config: AppConfig,
  ) {
    this.timer = new LockedTimer(database, {
      lock: 'ringback:words',
      intervalMs: config.reconcileIntervalMs,
      pass: () => this.timer.runExclusively(() => this.fillIn()),
      logger: new Logger(MissingWordsTimer.name),
    });
  }

  onApplicationBootstrap(): void {
    this.timer.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.timer.stop();
  }

  private async fillIn(): Promise<void> {
    while (!this.timer.signal.aborted && (await this.fillInSome())) continue;
  }

  /** @returns whether there were any */
  private async fillInSome(): Promise<boolean> {
    // Locked: a merge meanwhile waits, and then writes its own words.
    const { numAffectedRows = 0n } = await sql`
      update conversation_words as w set words = words_of_conversation(c.title, c.external_id, c.transcript)
      from conversations as c
      where c.id = w.conversation_id and w.conversation_id in (
        select conversation_id from conversation_words where words is null
        order by conversation_id limit ${BATCH} for update skip locked)`.execute(this.database);
    return numAffectedRows > 0n;
  }
}
