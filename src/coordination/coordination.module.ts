import { Inject, Injectable, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { installationOf } from '../database/installation.js';
import { Readiness } from '../observability/readiness.js';
import { QueueEngine } from '../queues/queue-engine.js';
import { Backlog } from './backlog.js';
import { Coordination } from './coordination.js';
import { OwedWork } from './owed-work.js';
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
      this.readiness.register('coordination', () => coordination.claim());
    }
  }

  onApplicationShutdown(): void {
    if (this.coordination instanceof RedisCoordination) this.coordination.close();
  }
}

async function connectCoordination(config: AppConfig, database: Database): Promise<Coordination> {
  if (config.redisUrl === undefined) return new PostgresCoordination(database);
  const installation = await installationOf(database);
  return RedisCoordination.connect(config.redisUrl, { installation, prefix: config.redisPrefix });
}

@Module({
  providers: [
    {
      provide: Coordination,
      // The engine is injected only for the order: it exists once its store has answered.
      inject: [AppConfig, Database, QueueEngine],
      useFactory: connectCoordination,
    },
    Settlement,
    OwedWork,
    Backlog,
    CoordinationConnection,
  ],
  exports: [Coordination, Settlement, OwedWork],
})
export class CoordinationModule {}
