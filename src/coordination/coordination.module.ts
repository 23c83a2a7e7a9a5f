import { Module } from '@nestjs/common';
import { Coordination } from './coordination.js';
import { PostgresCoordination } from './postgres-coordination.js';
import { Settlement } from './settlement.js';

@Module({
  providers: [{ provide: Coordination, useClass: PostgresCoordination }, Settlement],
  exports: [Coordination, Settlement],
})
export class CoordinationModule {}
