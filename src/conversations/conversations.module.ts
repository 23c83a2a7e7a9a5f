import { Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { ChunksModule } from '../chunks/chunks.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { EventsModule } from '../events/events.module.js';
import { ChunkIntake } from './chunk-intake.js';
import { ChunksController } from './chunks.controller.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsRepository } from './conversations.repository.js';
import { FailedChunksController } from './failed-chunks.controller.js';
import { FinalizationRepository } from './finalization.repository.js';
import { ProjectsController } from './projects.controller.js';
import { ProjectsRepository } from './projects.repository.js';
import { TranscriptController } from './transcript.controller.js';
import { TranscriptsRepository } from './transcript/transcripts.repository.js';
import { UploadReceiver } from './upload-receiver.js';

@Module({
  imports: [AudioModule, ChunksModule, CoordinationModule, EventsModule],
  controllers: [
    ProjectsController,
    ConversationsController,
    TranscriptController,
    FailedChunksController,
    ChunksController,
  ],
  providers: [
    ProjectsRepository,
    ConversationsRepository,
    TranscriptsRepository,
    FinalizationRepository,
    ChunkIntake,
    UploadReceiver,
  ],
  exports: [FinalizationRepository],
})
export class ConversationsModule {}
