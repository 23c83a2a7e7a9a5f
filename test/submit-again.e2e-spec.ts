import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import { jobId } from '../src/queues/job-catalogue.js';
import { openQueue } from './support/queue-access.js';
import { query, submissionCounts } from './support/record.js';
import { World } from './support/test-service.js';

/** Sleep of a dead submitter's check, far longer than any test may wait. */
const AN_HOUR_MS = 3_600_000;

let world: World;

beforeAll(async () => {
  world = await World.start({
    strategy: 'webhook',
    env: { ROLE: 'api', CALLBACK_DEADLINE_MS: String(AN_HOUR_MS) },
  });
});

afterAll(async () => {
  await world.stop();
});

describe('a submit that runs again after it died before its request left', () => {
  it('wakes its check once the lease is over, not at the deadline of the callback', async () => {
    const { id: conversationId } = await world.api.createConversation();
    const chunk = await world.api.addChunk(conversationId);
    await leaveAsADeadSubmitterDoes(chunk);

    await world.stopService();
    await world.startService({ ROLE: 'all' });

    expect((await world.api.settledChunk(chunk.id)).status).toBe('completed');
    expect(await submissionCounts(world.database.url, conversationId)).toEqual({
      abandoned: 1,
      completed: 1,
    });
    expect(world.simulator.ledger.billed).toBe(1);
  });
});

/**
 * Records a submission whose lease is over and whose check sleeps. The queue runs its submit again.
 */
async function leaveAsADeadSubmitterDoes({ id: chunkId, conversationId }: ChunkResponse): Promise<void> {
  const submissionId = randomUUID();
  await query(
    world.database.url,
    `with submission as (
       insert into submissions (id, chunk_id, conversation_id, strategy, audio_url_hash, lease_until)
       values ($1, $2, $3, 'webhook', 'a-hash', now())
     )
     update chunks set submission_id = $1 where id = $2`,
    [submissionId, chunkId, conversationId],
  );
  const queue = openQueue('check', { databaseUrl: world.database.url, redisUrl: world.redis?.url });
  const data = { submissionId };
  await queue.add('check', data, { jobId: jobId('check', data), delay: AN_HOUR_MS, removeOnComplete: true });
  await queue.close();
}
