import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { runMigrations, type Queue } from 'bullmq';
import pg from 'pg';
import { Database } from '../database/database.js';
import { DatabaseServer } from '../database/database.module.js';
import { explainMissingRights, type RightsFacts } from '../database/unsuitable-database.js';
import { Metrics } from '../observability/metrics.js';
import { Readiness } from '../observability/readiness.js';
import { AppConfig } from '../config/app-config.js';
import { JOB_KINDS, QUEUE_NAMES } from './job-catalogue.js';
import { JobQueues, QUEUES } from './job-queues.js';
import { workerClassWithLock } from './job-worker.js';
import { PostgresQueueEngine, QueueEngine, RedisQueueEngine } from './queue-engine.js';
import { collectQueueMetrics } from './queue-metrics.js';
import { checkRedis } from './redis-preflight.js';

/**
 * Length of the stream to which BullMQ writes every step of every job; its default is 10,000 events
 * per queue. Nobody reads them, because the record has the history; a few are kept for people who
 * debug.
 */
const KEPT_EVENTS = 100;

/** Migrates the tables of the queues. Idempotent and locked: many processes may start at once. */
async function migrateQueues(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await explainMissingRights(
      () => runMigrations(client),
      async (query) => (await client.query<RightsFacts>(query)).rows,
    );
  } finally {
    await client.end();
  }
}

async function chooseEngine(config: AppConfig, server: DatabaseServer): Promise<QueueEngine> {
  // Set before any worker is made; a process runs one service.
  BullModule.workerClass = workerClassWithLock(config.jobLockMs);
  if (config.redisUrl !== undefined) {
    await checkRedis(config.redisUrl, { prefix: config.redisPrefix, timeoutMs: config.startTimeoutMs });
    return new RedisQueueEngine(config.redisUrl, config.redisPrefix);
  }
  await migrateQueues(server.connectionString);
  return new PostgresQueueEngine(server.connectionString);
}

@Global()
@Module({
  providers: [
    // Database is injected only for the order: it exists once the server answers and is migrated.
    { provide: QueueEngine, inject: [AppConfig, DatabaseServer, Database], useFactory: chooseEngine },
  ],
  exports: [QueueEngine],
})
class QueueEngineModule {}

@Global()
@Module({
  imports: [
    QueueEngineModule,
    BullModule.forRootAsync({
      inject: [QueueEngine],
      useFactory: ({ options }: QueueEngine) => options,
    }),
    BullModule.registerQueue(
      ...Object.values(QUEUE_NAMES).map((name) => ({ name, streams: { events: { maxLen: KEPT_EVENTS } } })),
    ),
  ],
  providers: [
    {
      provide: QUEUES,
      inject: JOB_KINDS.map((kind) => getQueueToken(QUEUE_NAMES[kind])),
      useFactory: (...queues: Queue[]) =>
        Object.fromEntries(JOB_KINDS.map((kind, index) => [kind, queues[index]])),
    },
    JobQueues,
  ],
  exports: [JobQueues, BullModule],
})
export class QueuesModule implements OnModuleInit {
  constructor(
    @Inject(JobQueues) private readonly queues: JobQueues,
    private readonly metrics: Metrics,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    collectQueueMetrics(this.metrics, this.queues);
    this.readiness.register('queues', async () => {
      await this.queues.queue('check').getJobCounts('active');
    });
  }
}
