import { Queue } from 'bullmq';
import { QUEUE_NAMES, type JobKind } from '../../src/queues/job-catalogue.js';
import { PostgresQueueEngine, RedisQueueEngine } from '../../src/queues/queue-engine.js';

/** Stores of a service's queues. */
export interface QueueStore {
  databaseUrl: string;
  /** Set on the Redis engine only. */
  redisUrl: string | undefined;
}

/** Opens a queue without the service's knowledge; the caller must close it. */
export function openQueue(kind: JobKind, store: QueueStore): Queue {
  return new Queue(QUEUE_NAMES[kind], optionsOf(store));
}

function optionsOf({ databaseUrl, redisUrl }: QueueStore): { connection: object; prefix?: string } {
  if (redisUrl !== undefined) return new RedisQueueEngine(redisUrl).options;
  const { options } = new PostgresQueueEngine(databaseUrl);
  // One connection is enough for reading; the server's connections are for the services.
  return { connection: { ...options.connection, max: 1 } };
}
