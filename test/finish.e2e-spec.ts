import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { openSubmission, PLACEHOLDER } from './support/open-submission.js';
import { failedChunk, settledChunk } from './support/settled-chunk.js';
import { World } from './support/test-service.js';

const ISO_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

let world: World;
let host: AudioHost;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

describe('conversations that are finished', () => {
  it('before the last chunk, are finalized when that one has settled', async () => {
    const { conversationId, transcriptId, chunk } = await openSubmission(world, host);

    const finished = await world.api.finish(conversationId);
    await world.simulator.assemblyai.finish(transcriptId);
    const finalized = await world.api.summarizedConversation(conversationId);

    expect(finished).toMatchObject({
      status: 'finished',
      finishedAt: expect.stringMatching(ISO_UTC) as unknown,
      finalizedAt: null,
      transcript: null,
      chunks: { total: 1, pending: 1, completed: 0, failed: 0 },
    });
    expect(finalized).toMatchObject({
      status: 'finalized',
      finishedAt: finished.finishedAt,
      finalizedAt: expect.stringMatching(ISO_UTC) as unknown,
      transcript: (await world.api.chunk(chunk.id)).transcript,
      chunks: { total: 1, pending: 0, completed: 1, failed: 0 },
    });
    expect(finalized.summary).toMatch(/\S/);
  });

  it('after the last chunk, are finalized at once', async () => {
    const { id } = await world.api.createConversation();
    const chunk = await settledChunk(world, id, host.newUrl());
    await world.api.finish(id);
    expect((await world.api.finalizedConversation(id)).transcript).toBe(chunk.transcript);
  });

  it('twice, and ten times at once, are finalized as when they are finished once', async () => {
    const { id } = await world.api.createConversation();
    const chunk = await settledChunk(world, id, host.newUrl());
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.api.finish(id)));
    const first = await world.api.summarizedConversation(id);
    const again = await world.api.finish(id);

    expect(new Set(answers.map(({ finishedAt }) => finishedAt)).size).toBe(1);
    expect(again).toEqual(first);
    expect(first.finishedAt).toBe(answers[0]?.finishedAt);
    const mark = PLACEHOLDER.exec(chunk.transcript ?? '')?.groups?.mark ?? 'no mark';
    const summaries = world.simulator.ledger.summaries.filter(({ prompt }) => prompt.includes(mark));
    expect(summaries).toHaveLength(1);
  });

  it('without any chunk, are finalized without a text and without a summary', async () => {
    const { id } = await world.api.createConversation();
    await world.api.finish(id);
    const conversation = await world.api.finalizedConversation(id);
    expect(conversation).toMatchObject({
      transcript: '[Nothing to transcribe]',
      summary: null,
      chunks: { total: 0, pending: 0, completed: 0, failed: 0 },
    });
  });

  it('with failed chunks only, are finalized without a text', async () => {
    const { id } = await world.api.createConversation();
    await failedChunk(world, id, host);
    await world.api.finish(id);
    expect(await world.api.finalizedConversation(id)).toMatchObject({
      transcript: '[Nothing to transcribe]',
      chunks: { total: 1, pending: 0, completed: 0, failed: 1 },
    });
  });

  it('take no more chunks', async () => {
    const { id } = await world.api.createConversation();
    await world.api.finish(id);
    expectError(await world.api.upload(id), 409);
    expectError(await world.api.post(`/api/conversations/${id}/chunks`, { audioUrl: host.newUrl() }), 409);
    await world.api.finalizedConversation(id);
    expectError(await world.api.upload(id), 409);
    expect((await world.api.conversation(id)).chunks.total).toBe(0);
  });
});
