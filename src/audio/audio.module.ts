import {
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Readiness } from '../observability/readiness.js';
import { AudioStorage } from './audio-storage.js';
import { createAudioStorage } from './create-audio-storage.js';

/** Probes come every few seconds from several sides; a bucket need not be asked at each. */
const CHECK_VALID_MS = 15_000;

/** Says in the log at start whether recordings can be stored; of a bucket, which may go away, also in readiness. */
@Injectable()
class AudioStoreHealth implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('AudioStorage');
  private goodUntil = 0;

  constructor(
    private readonly config: AppConfig,
    @Inject(AudioStorage) private readonly storage: AudioStorage,
    private readonly readiness: Readiness,
  ) {}

  /** A bucket that cannot be used does not keep the service from starting: what needs no recording goes on. */
  async onModuleInit(): Promise<void> {
    if (this.config.storage.kind === 's3') this.readiness.register('audio', () => this.check());
    try {
      await this.check();
      await this.storage.cleanTemporary();
    } catch (error) {
      this.logger.error(error instanceof Error ? error.message : String(error));
    }
  }

  onApplicationShutdown(): void {
    this.storage.close();
  }

  private async check(): Promise<void> {
    if (performance.now() < this.goodUntil) return;
    await this.storage.check();
    this.goodUntil = performance.now() + CHECK_VALID_MS;
  }
}

@Module({
  providers: [
    { provide: AudioStorage, inject: [AppConfig], useFactory: createAudioStorage },
    AudioStoreHealth,
  ],
  exports: [AudioStorage],
})
export class AudioModule {}
