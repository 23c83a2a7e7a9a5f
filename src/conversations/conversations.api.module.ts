import { Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { ChunksModule } from '../chunks/chunks.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { EventsModule } from '../events/events.module.js';
import { ChunkIntake } from './chunk-intake.js';
import { ChunksController } from './chunks.controller.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsModule } from './conversations.module.js';
import { EditedConversationsRepository } from './edits/edited-conversations.repository.js';
import { EditsController } from './edits/edits.controller.js';
import { SummaryController } from './edits/summary.controller.js';
import { TranscriptEditor } from './edits/transcript-editor.js';
import { FailedChunksController } from './failed-chunks.controller.js';
import { ProjectsController } from './projects/projects.controller.js';
import { TranscriptController } from './transcript.controller.js';
import { TranscriptRenderer } from './transcript/transcript-renderer.js';
import { TranscriptsRepository } from './transcript/transcripts.repository.js';
import { UploadReceiver } from './upload-receiver.js';

@Module({
  imports: [AudioModule, ChunksModule, CoordinationModule, ConversationsModule, EventsModule],
  controllers: [
    ProjectsController,
    ConversationsController,
    TranscriptController,
    FailedChunksController,
    ChunksController,
    EditsController,
    SummaryController,
  ],
  providers: [
    TranscriptsRepository,
    TranscriptRenderer,
    TranscriptEditor,
    EditedConversationsRepository,
    ChunkIntake,
    UploadReceiver,
  ],
})
export class ConversationsApiModule {}
