import { Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { ChunksModule } from '../chunks/chunks.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { EventsModule } from '../events/events.module.js';
import { ChunksController } from './chunks.controller.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsModule } from './conversations.module.js';
import { EditedConversationsRepository } from './edits/edited-conversations.repository.js';
import { EditsController } from './edits/edits.controller.js';
import { SummaryController } from './edits/summary.controller.js';
import { TranscriptEditor } from './edits/transcript-editor.js';
import { FailedChunksController } from './failed-chunks.controller.js';
import { ChunkListsController } from './lists/chunk-lists.controller.js';
import { ConversationListsController } from './lists/conversation-lists.controller.js';
import { ConversationListsRepository } from './lists/conversation-lists.repository.js';
import { ConversationSearch } from './lists/conversation-search.js';
import { ProblemsController } from './problems/problems.controller.js';
import { ProjectsController } from './projects/projects.controller.js';
import { RecordingList } from './recordings/recording-list.js';
import { RecordingSender } from './recordings/recording-sender.js';
import { RecordingsController } from './recordings/recordings.controller.js';
import { RecordingsRepository } from './recordings/recordings.repository.js';
import { TranscriptController } from './transcript.controller.js';
import { TranscriptRenderer } from './transcript/transcript-renderer.js';
import { TranscriptsRepository } from './transcript/transcripts.repository.js';
import { UploadReceiver } from './upload-receiver.js';
import { WindowsController } from './windows/windows.controller.js';

@Module({
  imports: [AudioModule, ChunksModule, CoordinationModule, ConversationsModule, EventsModule],
  controllers: [
    ProjectsController,
    ConversationListsController,
    ConversationsController,
    ChunkListsController,
    TranscriptController,
    RecordingsController,
    FailedChunksController,
    ChunksController,
    WindowsController,
    EditsController,
    SummaryController,
    ProblemsController,
  ],
  providers: [
    ConversationListsRepository,
    ConversationSearch,
    TranscriptsRepository,
    TranscriptRenderer,
    TranscriptEditor,
    EditedConversationsRepository,
    RecordingsRepository,
    RecordingList,
    RecordingSender,
    UploadReceiver,
  ],
})
export class ConversationsApiModule {}
