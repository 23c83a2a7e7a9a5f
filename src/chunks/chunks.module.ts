import { Module } from '@nestjs/common';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { EventsModule } from '../events/events.module.js';
import { CallbacksRepository } from './callbacks.repository.js';
import { ChunkListsRepository } from './chunk-lists.repository.js';
import { ChunkTransitions } from './chunk-transitions.js';
import { ChunksRepository } from './chunks.repository.js';
import { FailedChunksRepository } from './failed-chunks.repository.js';
import { ChecksRepository } from './checks.repository.js';
import { RevisionsRepository } from './revisions/revisions.repository.js';
import { OwedChunks } from './owed-chunks.js';
import { ProblemsRepository } from './problems.repository.js';
import { RecordingFactsRepository } from './recording-facts.repository.js';
import { SubmissionOutcomes } from './submission-outcomes.js';
import { SubmissionsRepository } from './submissions.repository.js';
import { UncorrectedChunksRepository } from './uncorrected-chunks.repository.js';
import { WindowsRepository } from './windows/windows.repository.js';

const PROVIDERS = [
  ChunksRepository,
  ChunkListsRepository,
  FailedChunksRepository,
  ChunkTransitions,
  SubmissionsRepository,
  ChecksRepository,
  CallbacksRepository,
  SubmissionOutcomes,
  RevisionsRepository,
  ProblemsRepository,
  UncorrectedChunksRepository,
  WindowsRepository,
  RecordingFactsRepository,
];

@Module({
  imports: [CoordinationModule, EventsModule],
  providers: [...PROVIDERS, OwedChunks],
  exports: PROVIDERS,
})
export class ChunksModule {}
