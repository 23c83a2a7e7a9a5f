import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Coordination } from '../src/coordination/coordination.js';
import { PostgresCoordination } from '../src/coordination/postgres-coordination.js';
import { RedisCoordination } from '../src/coordination/redis-coordination.js';
import { openDatabase } from '../src/database/database.js';
import { currentEngine } from './support/engine.js';
import { RedisServer } from './support/redis-server.js';
import { createTestDatabase } from './support/test-database.js';
import { waitUntil } from './support/wait-until.js';

interface Adapter {
  coordination: Coordination;
  wipe(): Promise<void>;
  close(): Promise<void>;
}

async function postgresAdapter(): Promise<Adapter> {
  const testDatabase = await createTestDatabase();
  const { database, pool } = openDatabase(testDatabase.url, () => undefined);
  return {
    coordination: new PostgresCoordination(database),
    wipe: async () => {
      await pool.query(
        'truncate coordination_pending_chunks, coordination_usage, coordination_callback_metadata',
      );
    },
    close: async () => {
      await database.destroy();
      await testDatabase.drop();
    },
  };
}

async function redisAdapter(): Promise<Adapter> {
  const server = await RedisServer.start();
  const coordination = await RedisCoordination.connect(server.url, { installation: randomUUID() });
  return {
    coordination,
    wipe: () => server.wipe(),
    close: async () => {
      coordination.close();
      await server.stop();
    },
  };
}

/** Long enough that nothing expires during a test. */
const LONG_MS = 60_000;
const AT_ONCE = 50;

describe('coordination', () => {
  let adapter: Adapter;
  let coordination: Coordination;

  beforeAll(async () => {
    adapter = currentEngine() === 'redis' ? await redisAdapter() : await postgresAdapter();
    ({ coordination } = adapter);
  });

  afterAll(async () => {
    await adapter.close();
  });

  const pendingConversation = async (chunks: number) => {
    const conversationId = randomUUID();
    const chunkIds = Array.from({ length: chunks }, () => randomUUID());
    await Promise.all(chunkIds.map((chunkId) => coordination.addPending(conversationId, chunkId)));
    return { conversationId, chunkIds };
  };

  describe('pending chunks', () => {
    it('counts a chunk once, however often it is added', async () => {
      const { conversationId, chunkIds } = await pendingConversation(2);
      await coordination.addPending(conversationId, chunkIds[0] ?? '');
      expect(await coordination.pendingCount(conversationId)).toBe(2);
    });

    it('a settle returns how many are left, however often it is repeated', async () => {
      const { conversationId, chunkIds } = await pendingConversation(2);
      const [one = '', two = ''] = chunkIds;
      expect(await coordination.settle(conversationId, one)).toBe(1);
      expect(await coordination.settle(conversationId, one)).toBe(1);
      expect(await coordination.settle(conversationId, two)).toBe(0);
    });

    it('of many chunks that settle at once, exactly one finds that none is left', async () => {
      const { conversationId, chunkIds } = await pendingConversation(AT_ONCE);
      const results = await Promise.all(
        chunkIds.map((chunkId) => coordination.settle(conversationId, chunkId)),
      );
      expect(results.toSorted((a, b) => a - b)).toEqual(Array.from({ length: AT_ONCE }, (_, index) => index));
    });

    it('a settle in an unknown conversation leaves none', async () => {
      expect(await coordination.settle(randomUUID(), randomUUID())).toBe(0);
    });

    it('replacing leaves exactly the given chunks pending, thousands of them or none', async () => {
      const { conversationId, chunkIds } = await pendingConversation(3);
      const many = [chunkIds[0] ?? '', ...Array.from({ length: 2_500 }, () => randomUUID())];
      await coordination.replacePending(conversationId, many);
      expect(await coordination.pendingCount(conversationId)).toBe(many.length);
      expect(await coordination.settle(conversationId, chunkIds[1] ?? '')).toBe(many.length);
      await coordination.replacePending(conversationId, []);
      expect(await coordination.pendingCount(conversationId)).toBe(0);
    });

    it('lists the conversations that have pending chunks, until their last one settles or they are forgotten', async () => {
      const settled = await pendingConversation(1);
      const forgotten = await pendingConversation(2);
      const replaced = await pendingConversation(1);
      const left = await pendingConversation(1);
      await coordination.settle(settled.conversationId, settled.chunkIds[0] ?? '');
      await coordination.forgetConversation(forgotten.conversationId);
      await coordination.replacePending(replaced.conversationId, []);
      const conversations = await coordination.pendingConversations();
      expect(conversations).toContain(left.conversationId);
      for (const { conversationId } of [settled, forgotten, replaced]) {
        expect(conversations).not.toContain(conversationId);
      }
    });

    it('forgets one conversation and keeps the others', async () => {
      const gone = await pendingConversation(2);
      const kept = await pendingConversation(2);
      await coordination.forgetConversation(gone.conversationId);
      expect(await coordination.pendingCount(gone.conversationId)).toBe(0);
      expect(await coordination.pendingCount(kept.conversationId)).toBe(2);
    });
  });

  describe('callback metadata', () => {
    const metadata = { submissionId: randomUUID(), chunkId: randomUUID(), conversationId: randomUUID() };

    it('is found by the transcript id until it is deleted', async () => {
      const transcriptId = randomUUID();
      expect(await coordination.getCallbackMetadata(transcriptId)).toBeUndefined();
      await coordination.putCallbackMetadata(transcriptId, metadata);
      await coordination.putCallbackMetadata(transcriptId, metadata);
      expect(await coordination.getCallbackMetadata(transcriptId)).toEqual(metadata);
      await coordination.deleteCallbackMetadata(transcriptId);
      await coordination.deleteCallbackMetadata(transcriptId);
      expect(await coordination.getCallbackMetadata(transcriptId)).toBeUndefined();
    });
  });

  describe('shared usage', () => {
    it('adds up what all report, and returns when the window ends', async () => {
      const name = randomUUID();
      const reports = await Promise.all(
        Array.from({ length: AT_ONCE }, () =>
          coordination.reportUsage(name, { units: 2, windowMs: LONG_MS * 60 }),
        ),
      );
      expect(Math.max(...reports.map(({ used }) => used))).toBe(AT_ONCE * 2);
      const now = await coordination.reportUsage(name, { units: 0, windowMs: LONG_MS * 60 });
      expect(now).toMatchObject({ used: AT_ONCE * 2, throttledForMs: 0 });
      expect(now.windowEndsInMs).toBeGreaterThan(0);
      expect(now.windowEndsInMs).toBeLessThanOrEqual(LONG_MS * 60);
    });

    it('starts from zero in a new window', async () => {
      const name = randomUUID();
      const windowMs = 100;
      await coordination.reportUsage(name, { units: 7, windowMs });
      await waitUntil(
        () => coordination.reportUsage(name, { units: 0, windowMs }),
        ({ used }) => used === 0,
      );
    });

    it('a throttle holds for all until it ends, and a shorter one does not shorten it', async () => {
      const name = randomUUID();
      await coordination.throttle(name, LONG_MS);
      await coordination.throttle(name, 10);
      const { throttledForMs } = await coordination.reportUsage(name, { units: 0, windowMs: LONG_MS });
      expect(throttledForMs).toBeGreaterThan(LONG_MS / 2);
      expect(throttledForMs).toBeLessThanOrEqual(LONG_MS);
    });

    it('a throttle ends by itself', async () => {
      const name = randomUUID();
      await coordination.throttle(name, 1);
      await waitUntil(
        () => coordination.reportUsage(name, { units: 0, windowMs: LONG_MS }),
        ({ throttledForMs }) => throttledForMs === 0,
      );
    });
  });

  it('starts from zero after everything was wiped', async () => {
    const { conversationId, chunkIds } = await pendingConversation(2);
    await adapter.wipe();
    expect(await coordination.settle(conversationId, chunkIds[0] ?? '')).toBe(0);
    await coordination.addPending(conversationId, chunkIds[1] ?? '');
    expect(await coordination.settle(conversationId, chunkIds[1] ?? '')).toBe(0);
    await coordination.removeExpired();
  });
});
