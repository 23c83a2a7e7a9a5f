import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { ConversationsRepository } from './conversations.repository.js';
import { FinalizationRepository } from './finalization.repository.js';
import { ProjectsRepository } from './projects/projects.repository.js';

const REPOSITORIES = [ProjectsRepository, ConversationsRepository, FinalizationRepository];

@Module({ imports: [EventsModule], providers: REPOSITORIES, exports: REPOSITORIES })
export class ConversationsModule {}
