import { BullModule } from '@nestjs/bullmq';
import { Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { Database } from '../database/database.js';
import { DatabaseServer } from '../database/database.module.js';
import { Metrics } from '../observability/metrics.js';
import { Readiness } from '../observability/readiness.js';
import { QUEUE_NAMES } from './job-catalogue.js';
import { JobQueues } from './job-queues.js';
import { postgresQueueEngine } from './queue-engine.js';
import { collectQueueMetrics } from './queue-metrics.js';

/** Idempotent and locked in the database: any number of processes may start at once. */
async function migrateQueues(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}

@Global()
@Module({
  imports: [
    BullModule.forRootAsync({
      // Database is injected for its order only: it is there once the server answers and is migrated.
      inject: [DatabaseServer, Database],
      useFactory: async (server: DatabaseServer) => {
        await migrateQueues(server.connectionString);
        return { connection: postgresQueueEngine(server.connectionString).connection };
      },
    }),
    BullModule.registerQueue(...Object.values(QUEUE_NAMES).map((name) => ({ name }))),
  ],
  providers: [JobQueues],
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
