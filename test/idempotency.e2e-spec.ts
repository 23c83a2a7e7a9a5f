import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { Answer } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { httpRequest } from './support/http-request.js';
import { World } from './support/test-service.js';

let world: World;
let host: AudioHost;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

describe('an Idempotency-Key', () => {
  function add(conversationId: string, key: string): Promise<Answer<ChunkResponse>> {
    return world.api.upload(conversationId, { headers: { 'idempotency-key': key } });
  }

  it('makes a repeat return the same chunk in its present state', async () => {
    const { id } = await world.api.createConversation();
    const first = await add(id, 'a-key');
    const settled = await world.api.settledChunk(first.body.id);
    const repeat = await add(id, 'a-key');
    expect([first.status, repeat.status]).toEqual([202, 202]);
    expect(repeat.body).toEqual(settled);
    expect((await world.api.conversation(id)).chunks.total).toBe(1);
  });

  it('makes one chunk of ten requests at once', async () => {
    const { id } = await world.api.createConversation();
    const answers = await Promise.all(Array.from({ length: 10 }, () => add(id, 'ten-at-once')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    const [chunkId, ...others] = new Set(answers.map(({ body }) => body.id));
    expect(others).toEqual([]);
    const submitsBefore = world.simulator.ledger.counts.submit;
    await world.api.settledChunk(chunkId ?? '');
    await world.api.finish(id);
    expect((await world.api.finalizedConversation(id)).chunks.total).toBe(1);
    expect(world.simulator.ledger.counts.submit).toBeLessThanOrEqual(submitsBefore + 1);
  });

  it('is honored for a URL as for an upload', async () => {
    const { id } = await world.api.createConversation();
    const path = `/api/conversations/${id}/chunks`;
    const body = { audioUrl: host.newUrl() };
    const first = await world.api.post<ChunkResponse>(path, body, { 'idempotency-key': 'k' });
    const repeat = await world.api.post<ChunkResponse>(path, body, { 'idempotency-key': 'k' });
    expect([first.status, repeat.status, repeat.body.id]).toEqual([202, 202, first.body.id]);
  });

  it('still returns the chunk when the conversation is finished and finalized', async () => {
    const { id } = await world.api.createConversation();
    const first = await add(id, 'before-the-end');
    await world.api.finish(id);
    const whileFinished = await add(id, 'before-the-end');
    await world.api.finalizedConversation(id);
    const whenFinalized = await add(id, 'before-the-end');
    for (const { status, body } of [whileFinished, whenFinalized]) {
      expect([status, body.id]).toEqual([202, first.body.id]);
    }
    expectError(await add(id, 'another-key'), 409);
  });

  it('counts within its conversation only', async () => {
    const [a, b] = [await world.api.createConversation(), await world.api.createConversation()];
    const [first, second] = [await add(a.id, 'same'), await add(b.id, 'same')];
    expect(second.status).toBe(202);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('is accepted up to 255 characters', async () => {
    const { id } = await world.api.createConversation();
    expect((await add(id, '~'.repeat(255))).status).toBe(202);
  });

  it.each([
    ['an empty one', ''],
    ['one with a space in it', 'a b'],
    ['one that is not ASCII', 'cl\u00e9'],
    ['one of 256 characters', 'x'.repeat(256)],
    ['two at once', ['a', 'b']],
  ])('is refused: %s', async (_name, key) => {
    const { id } = await world.api.createConversation();
    const answer = await httpRequest(world.api.url, {
      path: `/api/conversations/${id}/chunks`,
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ audioUrl: host.newUrl() }),
    });
    expectError(answer, 400);
    expect((await world.api.conversation(id)).chunks.total).toBe(0);
  });
});
