import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { LockedTimer } from '../database/locked-timer.js';
import { UploadSweeper } from './upload-sweeper.js';

/** Maximum delay of an expiry. A pass without work is one look-up in a small index. */
const MAX_INTERVAL_MS = 10_000;

/** Ends uploads that their senders left, in one process at a time. */
@Injectable()
export class UploadsTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly timer: LockedTimer;

  constructor(config: AppConfig, database: Database, sweeper: UploadSweeper) {
    this.timer = new LockedTimer(database, {
      lock: 'ringback:uploads',
      intervalMs: Math.min(config.reconcileIntervalMs, MAX_INTERVAL_MS),
      pass: () => this.timer.runExclusively(() => sweeper.run(this.timer.signal)),
      logger: new Logger(UploadsTimer.name),
    });
  }

  onApplicationBootstrap(): void {
    this.timer.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.timer.stop();
  }
}
