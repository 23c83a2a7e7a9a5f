import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { Answer } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { World } from './support/test-service.js';

const CONVERSATIONS = 5;
const CHUNKS_EACH = 6;

let world: World;
let host: AudioHost;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

function add(conversationId: string, position?: number): Promise<Answer<ChunkResponse>> {
  return world.api.post(`/api/conversations/${conversationId}/chunks`, {
    audioUrl: host.newUrl(),
    position,
  });
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_item, index) => make(index));

describe('chunks that are added at the same time', () => {
  it('each get their own position in their own conversation', async () => {
    const conversations = await Promise.all(times(CONVERSATIONS, () => world.api.createConversation()));
    const added = await Promise.all(
      times(CHUNKS_EACH, () => conversations.map(async ({ id }) => (await add(id)).body)).flat(),
    );
    for (const { id } of conversations) {
      const positions = added.filter((chunk) => chunk.conversationId === id).map(({ position }) => position);
      expect(positions.sort((a, b) => a - b)).toEqual(times(CHUNKS_EACH, (index) => index));
    }
  });

  it('are each accepted or refused separately', async () => {
    const [open, placed, finished] = await Promise.all(times(3, () => world.api.createConversation()));
    await world.api.finish(finished?.id ?? '');

    const [toOpen, toPlaced, toFinished, toNone] = await Promise.all([
      add(open?.id ?? ''),
      add(placed?.id ?? '', 7),
      add(finished?.id ?? ''),
      add(randomUUID()),
    ]);

    expect([toOpen.status, toOpen.body.position]).toEqual([202, 0]);
    expect([toPlaced.status, toPlaced.body.position]).toEqual([202, 7]);
    expectError(toFinished, 409);
    expectError(toNone, 404);
    expect((await add(placed?.id ?? '')).body.position).toBe(8);
  });
});
