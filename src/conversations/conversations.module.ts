import { Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { EventsModule } from '../events/events.module.js';
import { ChunkIntake } from './chunk-intake.js';
import { ChunkTransitions } from './chunk-transitions.js';
import { ChunksController } from './chunks.controller.js';
import { ChunksRepository } from './chunks.repository.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsRepository } from './conversations.repository.js';
import { FailedChunksController } from './failed-chunks.controller.js';
import { FailedChunksRepository } from './failed-chunks.repository.js';
import { FinalizationRepository } from './finalization.repository.js';
import { ProjectsController } from './projects.controller.js';
import { ProjectsRepository } from './projects.repository.js';
import { TranscriptController } from './transcript.controller.js';
import { TranscriptRenderer } from './transcript-renderer.js';
import { TranscriptsRepository } from './transcripts.repository.js';
import { UploadReceiver } from './upload-receiver.js';

@Module({
  imports: [AudioModule, CoordinationModule, EventsModule],
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
    ChunksRepository,
    FailedChunksRepository,
    TranscriptsRepository,
    TranscriptRenderer,
    FinalizationRepository,
    ChunkTransitions,
    ChunkIntake,
    UploadReceiver,
  ],
  exports: [ChunkTransitions, FinalizationRepository, EventsModule],
})
export class ConversationsModule {}
