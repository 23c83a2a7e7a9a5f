import { Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { AudioStorage } from './audio-storage.js';
import { LocalAudioStorage } from './local-audio-storage.js';

@Module({
  providers: [
    {
      provide: AudioStorage,
      inject: [AppConfig],
      useFactory: async (config: AppConfig) => {
        const storage = new LocalAudioStorage({ dataDir: config.dataDir });
        await storage.cleanTemporary();
        return storage;
      },
    },
  ],
  exports: [AudioStorage],
})
export class AudioModule {}
