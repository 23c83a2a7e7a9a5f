import { Module } from '@nestjs/common';
import { CoordinationModule } from './coordination.module.js';
import { Reconciler } from './reconciler.js';
import { ReconcilerRepository } from './reconciler.repository.js';

@Module({ imports: [CoordinationModule], providers: [Reconciler, ReconcilerRepository] })
export class CoordinationWorkerModule {}
