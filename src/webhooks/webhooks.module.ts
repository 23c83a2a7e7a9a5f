import { Module } from '@nestjs/common';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { AssemblyAiCallbackController } from './assemblyai-callback.controller.js';
import { CallbackReceiver } from './callback-receiver.js';
import { CallbacksRepository } from './callbacks.repository.js';

@Module({
  imports: [CoordinationModule],
  controllers: [AssemblyAiCallbackController],
  providers: [CallbackReceiver, CallbacksRepository],
})
export class WebhooksModule {}
