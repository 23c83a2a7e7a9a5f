import { Inject, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { Readiness } from '../observability/readiness.js';
import { QueueEngine } from '../queues/queue-engine.js';
import { Backlog } from './backlog.js';
import { Coordination } from './coordination.js';
import { PostgresCoordination } from './postgres-coordination.js';
import { RedisCoordination } from './redis-coordination.js';
import { Settlement } from './settlement.js';

@Injectable()
class CoordinationConnection implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(Coordination) private readonly coordination: Coordination,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    const { coordination } = this;
    if (coordination instanceof RedisCoordination) {
      this.readiness.register('coordination', () => coordination.ping());
    }
  }

  onApplicationShutdown(): void {
    if (this.coordination instanceof RedisCoordination) this.coordination.close();
  }
}

@Module({
  providers: [
    {
      provide: Coordination,
      // The engine is injected for its order only: it is there once its store has answered.
      inject: [AppConfig, Database, QueueEngine],
      useFactory: (config: AppConfig, database: Database) =>
        config.redisUrl === undefined
          ? new PostgresCoordination(database)
          : RedisCoordination.connect(config.redisUrl),
    },
    Settlement,
    Backlog,
    CoordinationConnection,
  ],
  exports: [Coordination, Settlement],
})
export class CoordinationModule {}
