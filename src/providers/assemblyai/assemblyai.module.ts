import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { AssemblyAiClient } from './assemblyai.client.js';

@Injectable()
class AssemblyAiClientCloser implements OnApplicationShutdown {
  constructor(@Inject(AssemblyAiClient) private readonly client: AssemblyAiClient) {}

  onApplicationShutdown(): void {
    this.client.close();
  }
}

@Module({
  providers: [
    {
      provide: AssemblyAiClient,
      inject: [AppConfig],
      useFactory: ({ transcription }: AppConfig) => new AssemblyAiClient(transcription.assemblyai),
    },
    AssemblyAiClientCloser,
  ],
  exports: [AssemblyAiClient],
})
export class AssemblyAiModule {}
