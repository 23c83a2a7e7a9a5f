import { Module } from '@nestjs/common';
import { ChunksModule } from '../chunks/chunks.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { AssemblyAiCallbackController } from './assemblyai-callback.controller.js';
import { CallbackReceiver } from './callback-receiver.js';

@Module({
  imports: [ChunksModule, CoordinationModule],
  controllers: [AssemblyAiCallbackController],
  providers: [CallbackReceiver],
})
export class WebhooksApiModule {}
