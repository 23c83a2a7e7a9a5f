import { Module } from '@nestjs/common';
import { CoordinationModule } from './coordination.module.js';
import { Reconciler } from './reconciler.js';

@Module({ imports: [CoordinationModule], providers: [Reconciler] })
export class CoordinationWorkerModule {}
