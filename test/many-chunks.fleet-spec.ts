import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationResponse } from '../src/conversations/conversations.dto.js';
import { STRATEGIES, World, type Strategy } from './support/test-service.js';
import { volume } from './support/volume.js';

const CONVERSATIONS = volume(6, 20);
const CHUNKS_EACH = 10;
const CHUNKS = CONVERSATIONS * CHUNKS_EACH;
/**
 * Two cores shared with other tests settle ten chunks a second. A busy machine settles far fewer.
 */
const DEADLINE_MS = 240_000;
/** Number of conversations that are filled at once. */
const CLIENTS = 4;

async function fillConversations(world: World): Promise<string[]> {
  const waiting = Array.from({ length: CONVERSATIONS }, (_, index) => index);
  const ids: string[] = [];
  const fill = async () => {
    while (waiting.pop() !== undefined) {
      const { id } = await world.api.createConversation();
      for (let chunk = 0; chunk < CHUNKS_EACH; chunk += 1) await world.api.addChunk(id);
      await world.api.finish(id);
      ids.push(id);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, fill));
  return ids;
}

/**
 * Expects each chunk's own text in its own conversation, and exactly one request of each kind for
 * each.
 */
function expectAllDoneOnce(world: World, conversations: ConversationResponse[]): void {
  for (const conversation of conversations) {
    expect(conversation).toMatchObject({
      status: 'finalized',
      chunks: { total: CHUNKS_EACH, pending: 0, completed: CHUNKS_EACH, failed: 0 },
    });
  }
  const texts = conversations.flatMap(({ transcript }) => transcript?.split('\n\n') ?? []);
  expect(texts).toHaveLength(CHUNKS);
  expect(new Set(texts).size).toBe(CHUNKS);
  expect(texts.every((text) => text.endsWith('(corrected)'))).toBe(true);
  expect(world.simulator.ledger.counts).toMatchObject({
    upload: CHUNKS,
    submit: CHUNKS,
    correct: CHUNKS,
    summarize: CONVERSATIONS,
  });
  expect(world.simulator.ledger.billed).toBe(CHUNKS);
}

async function summarized(world: World, ids: string[]): Promise<ConversationResponse[]> {
  await world.simulator.waitFor(({ counts }) => counts.summarize >= CONVERSATIONS, DEADLINE_MS);
  const conversations = [];
  for (const id of ids) conversations.push(await world.api.summarizedConversation(id));
  return conversations;
}

describe.each(STRATEGIES)('the chunks of many conversations, with the %s strategy', (strategy) => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      strategy,
      env: { POLL_INTERVAL_MS: '200' },
      simulator: { latencyMs: [50, 500] },
    });
  });

  afterAll(async () => {
    await world.stop();
  });

  it(
    'are each submitted and corrected once, and each conversation is finalized and summarized once',
    async () => {
      const ids = await fillConversations(world);

      expectAllDoneOnce(world, await summarized(world, ids));
      expect(world.simulator.ledger.counts.webhook).toBe(strategy === 'webhook' ? CHUNKS : 0);
      expect(await world.api.metric('ringback_chunks_settled_total', { status: 'completed' })).toBe(CHUNKS);
    },
    DEADLINE_MS,
  );
});

describe.each<[Strategy, Strategy]>([
  ['webhook', 'polling'],
  ['polling', 'webhook'],
])('the chunks of many conversations, begun with the %s strategy', (first, second) => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      strategy: first,
      env: { POLL_INTERVAL_MS: '200', CALLBACK_DEADLINE_MS: '2000' },
      simulator: { latencyMs: [50, 500] },
    });
  });

  afterAll(async () => {
    await world.stop();
  });

  it(
    `are all finished, none twice, when the service is restarted with the ${second} strategy in the middle`,
    async () => {
      const { simulator } = world;
      simulator.faults.add({
        operation: 'submit',
        effect: { kind: 'outcome', status: 'processing' },
        times: CHUNKS / 2,
      });
      const ids = await fillConversations(world);
      await simulator.waitFor(({ counts }) => counts.submit === CHUNKS, DEADLINE_MS);
      await simulator.waitFor(({ counts }) => counts.correct >= CHUNKS / 4, DEADLINE_MS);
      await world.stopService();
      await world.startService(strategyEnv(world, second));
      for (const { id, endedAt } of simulator.ledger.transcripts.values()) {
        if (endedAt === null) await simulator.assemblyai.finish(id);
      }

      expectAllDoneOnce(world, await summarized(world, ids));
    },
    DEADLINE_MS,
  );
});

function strategyEnv(world: World, strategy: Strategy): Record<string, string> {
  return strategy === 'polling'
    ? { ASSEMBLYAI_WEBHOOK_URL: '' }
    : { ASSEMBLYAI_WEBHOOK_URL: world.callbackUrl, ASSEMBLYAI_WEBHOOK_SECRET: 'a-secret-of-the-tests' };
}
