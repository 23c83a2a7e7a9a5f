import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database } from '../database/database.js';
import { LockedTimer } from '../database/locked-timer.js';
import { ChangesRepository } from './changes.repository.js';

/** Time that a client may be away and still resume. Afterwards it loads everything again. */
const KEPT_MS = 3_600_000;
const INTERVAL_MS = 60_000;
/** Rows per statement: some tens of milliseconds. */
const BATCH = 5_000;

/** Removes old changes, on one process at a time. */
@Injectable()
export class ChangesTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly timer: LockedTimer;

  constructor(
    database: Database,
    private readonly changes: ChangesRepository,
  ) {
    this.timer = new LockedTimer(database, {
      lock: 'ringback:changes',
      intervalMs: INTERVAL_MS,
      pass: () => this.run(),
      logger: new Logger(ChangesTimer.name),
    });
  }

  onApplicationBootstrap(): void {
    this.timer.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.timer.stop();
  }

  /** Removes all old changes, unless another process is doing so. */
  private async run(): Promise<void> {
    await this.timer.runExclusively(async () => {
      let removed: number;
      do removed = await this.changes.removeOld({ keepMs: KEPT_MS, limit: BATCH });
      while (removed > 0 && !this.timer.signal.aborted);
    });
  }
}
