import { Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { ChunksModule } from '../chunks/chunks.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { EventsModule } from '../events/events.module.js';
import { ChunkIntake } from './chunk-intake.js';
import { ConversationsRepository } from './conversations.repository.js';
import { FinalizationRepository } from './finalization.repository.js';
import { ProjectsRepository } from './projects/projects.repository.js';

const PROVIDERS = [ProjectsRepository, ConversationsRepository, FinalizationRepository, ChunkIntake];

@Module({
  imports: [AudioModule, ChunksModule, CoordinationModule, EventsModule],
  providers: PROVIDERS,
  exports: PROVIDERS,
})
export class ConversationsModule {}
