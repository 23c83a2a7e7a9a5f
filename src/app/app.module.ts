import { type DynamicModule, type LoggerService, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { AppConfig } from '../config/app-config.js';
import { ConversationsApiModule } from '../conversations/conversations.api.module.js';
import { ConversationsWorkerModule } from '../conversations/conversations.worker.module.js';
import { CoordinationWorkerModule } from '../coordination/coordination.worker.module.js';
import { CorrectionWorkerModule } from '../correction/correction.worker.module.js';
import { DatabaseModule } from '../database/database.module.js';
import type { EmbeddedStart } from '../embedded-postgres/embedded-server.js';
import { EventsApiModule } from '../events/events.api.module.js';
import { EventsWorkerModule } from '../events/events.worker.module.js';
import { ApiErrorFilter } from '../http/errors/api-error.filter.js';
import { HttpApiModule } from '../http/http.api.module.js';
import { UnreadBodyGuard } from '../http/unread-body.guard.js';
import { ObservabilityApiModule } from '../observability/observability.api.module.js';
import { ObservabilityModule } from '../observability/observability.module.js';
import { OutboundModule } from '../outbound/outbound.module.js';
import { PrivacyApiModule } from '../privacy/privacy.api.module.js';
import { PrivacyWorkerModule } from '../privacy/privacy.worker.module.js';
import { QueuesModule } from '../queues/queues.module.js';
import { StreamApiModule } from '../stream/stream.api.module.js';
import { StreamWorkerModule } from '../stream/stream.worker.module.js';
import { SystemApiModule } from '../system/system.api.module.js';
import { TranscriptionWorkerModule } from '../transcription/transcription.worker.module.js';
import { UploadsApiModule } from '../uploads/uploads.api.module.js';
import { UploadsWorkerModule } from '../uploads/uploads.worker.module.js';
import { WebhooksApiModule } from '../webhooks/webhooks.api.module.js';

const API_MODULES = [
  HttpApiModule,
  ObservabilityApiModule,
  ConversationsApiModule,
  UploadsApiModule,
  WebhooksApiModule,
  PrivacyApiModule,
  EventsApiModule,
  StreamApiModule,
  SystemApiModule,
];
const WORKER_MODULES = [
  ConversationsWorkerModule,
  UploadsWorkerModule,
  TranscriptionWorkerModule,
  CorrectionWorkerModule,
  CoordinationWorkerModule,
  PrivacyWorkerModule,
  EventsWorkerModule,
  StreamWorkerModule,
];

const MODULES_OF_ROLE = {
  api: API_MODULES,
  worker: WORKER_MODULES,
  all: [...API_MODULES, ...WORKER_MODULES],
};

/** State created before the modules of the service. */
export interface PreparedStart {
  config: AppConfig;
  configModule: DynamicModule;
  logger: LoggerService | false;
  /**
   * A start in progress; unset with DATABASE_URL. When the service fails to start, the code that
   * began it stops it.
   */
  embedded?: EmbeddedStart;
}

/** Root module of the service; ROLE decides which modules it imports. */
@Module({})
export class AppModule {
  static for({ config, configModule, embedded }: PreparedStart): DynamicModule {
    return {
      module: AppModule,
      imports: [
        configModule,
        DatabaseModule.on(embedded),
        ObservabilityModule,
        QueuesModule,
        OutboundModule,
        ...MODULES_OF_ROLE[config.role],
      ],
      providers: [
        { provide: APP_GUARD, useClass: UnreadBodyGuard },
        { provide: APP_FILTER, useClass: ApiErrorFilter },
      ],
    };
  }
}
