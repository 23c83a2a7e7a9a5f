import { Queue } from 'bullmq';
import { QUEUE_NAMES, type JobKind } from '../../src/queues/job-catalogue.js';
import { PostgresQueueEngine, RedisQueueEngine } from '../../src/queues/queue-engine.js';

/** Where the queues of a service are. */
export interface QueueStore {
  databaseUrl: string;
  /** There on the Redis engine only. */
  redisUrl: string | undefined;
}

/** Reaches into a queue behind the service's back; to be closed by whoever opened it. */
export function openQueue(kind: JobKind, store: QueueStore): Queue {
  return new Queue(QUEUE_NAMES[kind], optionsOf(store));
}

function optionsOf({ databaseUrl, redisUrl }: QueueStore): { connection: object; prefix?: string } {
  if (redisUrl !== undefined) return new RedisQueueEngine(redisUrl).options;
  const { options } = new PostgresQueueEngine(databaseUrl);
  // One at a time is enough to look; the server's connections are for the services.
  return { connection: { ...options.connection, max: 1 } };
}
