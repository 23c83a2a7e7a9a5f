import { errorMessage } from '../errors/error-message.js';
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
import { createAudioStorage, createPartStorage } from './create-audio-storage.js';
import { RecordingInspector } from './facts/recording-inspector.js';
import { MediaParser } from './media/media-parser.js';
import { PartStorage } from './parts/part-storage.js';
import { RemoteAudio } from './remote-audio.js';
import { RecordingSlicer } from './slices/recording-slicer.js';

/**
 * How long a successful check stays valid. Readiness is probed every few seconds, too often to
 * request the bucket each time.
 */
const CHECK_VALID_MS = 15_000;

/**
 * Logs at start when recordings cannot be stored. A bucket, which may become unreachable, is also
 * part of readiness.
 */
@Injectable()
class AudioStoreHealth implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('AudioStorage');
  private goodUntil = 0;

  constructor(
    private readonly config: AppConfig,
    @Inject(AudioStorage) private readonly storage: AudioStorage,
    @Inject(PartStorage) private readonly parts: PartStorage,
    private readonly readiness: Readiness,
  ) {}

  /**
   * Checks the store. An unusable bucket does not prevent the start, as work without recordings can
   * continue.
   */
  async onModuleInit(): Promise<void> {
    if (this.config.storage.kind === 's3') this.readiness.register('audio', () => this.check());
    try {
      await this.check();
    } catch (error) {
      this.logger.error(errorMessage(error));
    }
  }

  onApplicationShutdown(): void {
    this.storage.close();
    this.parts.close();
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
    { provide: PartStorage, inject: [AppConfig, AudioStorage], useFactory: createPartStorage },
    AudioStoreHealth,
    RemoteAudio,
    MediaParser,
    RecordingInspector,
    RecordingSlicer,
  ],
  exports: [AudioStorage, PartStorage, RemoteAudio, RecordingInspector, RecordingSlicer],
})
export class AudioModule {}
