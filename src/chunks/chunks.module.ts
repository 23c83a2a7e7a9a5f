import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { CallbacksRepository } from './callbacks.repository.js';
import { ChunkTransitions } from './chunk-transitions.js';
import { ChunksRepository } from './chunks.repository.js';
import { FailedChunksRepository } from './failed-chunks.repository.js';
import { LooksRepository } from './looks.repository.js';
import { SubmissionsRepository } from './submissions.repository.js';

const REPOSITORIES = [
  ChunksRepository,
  FailedChunksRepository,
  ChunkTransitions,
  SubmissionsRepository,
  LooksRepository,
  CallbacksRepository,
];

@Module({ imports: [EventsModule], providers: REPOSITORIES, exports: REPOSITORIES })
export class ChunksModule {}
