import { Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { ChunksModule } from '../chunks/chunks.module.js';
import { AppConfig } from '../config/app-config.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { AudioStorage } from '../audio/audio-storage.js';
import { LanguageModel } from '../providers/language-models/language-model.js';
import { LanguageModelModule } from '../correction/language-model.module.js';
import { Metrics } from '../observability/metrics.js';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import { AssemblyAiModule } from '../providers/assemblyai/assemblyai.module.js';
import { AudioUrls } from './audio-urls.js';
import { CallbackLosses } from './delivery/callback-losses.js';
import { CheckProcessor } from './check.processor.js';
import { Checker } from './checker.js';
import { DeliveryStrategy } from './delivery/delivery-strategy.js';
import { PollingDelivery } from './delivery/polling-delivery.js';
import { RefusedSettings } from './refused-settings.js';
import { SubmitAdmission } from './submit-admission.js';
import { SubmitSender } from './submit-sender.js';
import { SubmitProcessor } from './submit.processor.js';
import { SubmitTasksRepository } from './submit-tasks.repository.js';
import { Submitter } from './submitter.js';
import { chooseProvider } from './synchronous/choose-provider.js';
import { SynchronousSubmitter } from './synchronous/synchronous-submitter.js';
import { RequestsRepository } from './synchronous/requests.repository.js';
import { TranscribeProcessor } from './synchronous/transcribe.processor.js';
import { Transcriber } from './synchronous/transcriber.js';
import { TranscriptionProvider } from './synchronous/transcription-provider.js';
import { TranscriptionModule } from './transcription.module.js';
import { WebhookDelivery } from './delivery/webhook-delivery.js';

function chooseDelivery({ transcription }: AppConfig, losses: CallbackLosses): DeliveryStrategy {
  const { delivery, pollIntervalMs, callbackDeadlineMs } = transcription;
  if (delivery.kind === 'polling') return new PollingDelivery(pollIntervalMs);
  return new WebhookDelivery({ ...delivery, callbackDeadlineMs, pollIntervalMs, losses });
}

@Module({
  imports: [
    AudioModule,
    ChunksModule,
    CoordinationModule,
    AssemblyAiModule,
    LanguageModelModule,
    TranscriptionModule,
  ],
  providers: [
    { provide: DeliveryStrategy, inject: [AppConfig, CallbackLosses], useFactory: chooseDelivery },
    {
      provide: TranscriptionProvider,
      inject: [AppConfig, AudioStorage, OutboundAgents, LanguageModel, Metrics],
      useFactory: (
        config: AppConfig,
        storage: AudioStorage,
        agents: OutboundAgents,
        model: LanguageModel,
        metrics: Metrics,
      ) => chooseProvider(config, { storage, agents, model, metrics }),
    },
    CallbackLosses,
    AudioUrls,
    SubmitTasksRepository,
    SubmitAdmission,
    RefusedSettings,
    SubmitSender,
    Submitter,
    Checker,
    SubmitProcessor,
    CheckProcessor,
    SynchronousSubmitter,
    RequestsRepository,
    Transcriber,
    TranscribeProcessor,
  ],
})
export class TranscriptionWorkerModule {}
