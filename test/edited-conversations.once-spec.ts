import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { ConversationResponse } from '../src/conversations/conversations.dto.js';
import { edited, hearing, saying } from './support/edits.js';
import { EventReceiver } from './support/event-receiver.js';
import { EventsApi } from './support/events-api.js';
import { expectError } from './support/expect-error.js';
import { holdNext } from './support/hold-next.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const HEARD = 'i saw jon there';
const CORRECTED = 'I saw John there';

const world = sharedWorld(
  () => World.start({ env: { RETRY_BASE_MS: '5', ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8' } }),
  {
    prepare: ({ simulator }) => {
      simulator.faults.add(
        { operation: 'submit', effect: hearing(HEARD) },
        { operation: 'correct', effect: saying(CORRECTED) },
      );
    },
  },
);

let receiver: EventReceiver;

beforeAll(async () => {
  receiver = await EventReceiver.start();
});

afterAll(() => receiver.down());

/** Makes a finished conversation of one chunk. */
async function finished(settings: object = {}): Promise<ChunkResponse> {
  const { api } = world();
  const { id } = await api.createConversation(settings);
  const { id: chunkId } = await api.addChunk(id);
  const chunk = await api.settledChunk(chunkId);
  await api.finish(id);
  await api.finalizedConversation(id);
  return chunk;
}

/** Makes a finalized conversation of one chunk that has its summary. */
async function summarized(settings: object = {}) {
  const chunk = await finished(settings);
  return { chunk, conversation: await world().api.summarizedConversation(chunk.conversationId) };
}

function requestSummary(conversationId: string) {
  return world().api.post<ConversationResponse>(`/api/conversations/${conversationId}/summary`);
}

function summaryWith(conversationId: string, text: string): Promise<ConversationResponse> {
  return waitUntil(
    () => world().api.conversation(conversationId),
    ({ summary }) => summary?.includes(text) === true,
  );
}

describe('a finalized conversation in which a text is edited', () => {
  it('has the edit in its merged transcript, and keeps its summary, which is outdated', async () => {
    const { chunk, conversation } = await summarized();
    expect(conversation).toMatchObject({ transcript: CORRECTED, summaryOutdated: false });

    await edited(world().api, chunk, 'I saw Johanna there');

    const { summary, finalizedAt } = conversation;
    expect(await world().api.conversation(conversation.id)).toMatchObject({
      status: 'finalized',
      transcript: 'I saw Johanna there',
      summary,
      summaryOutdated: true,
      finalizedAt,
    });
    expect(world().simulator.ledger.summaries).toHaveLength(1);
  });

  it('says so when nothing is left', async () => {
    const { chunk, conversation } = await summarized();
    await edited(world().api, chunk, '');
    const after = await world().api.conversation(conversation.id);
    expect(after).toMatchObject({ transcript: '[Nothing to transcribe]', summary: conversation.summary });
    const answer = await requestSummary(conversation.id);
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'no_text' });
  });

  it('gets a new summary when one is requested', async () => {
    const { chunk, conversation } = await summarized();
    await edited(world().api, chunk, 'I saw Johanna there');
    const { status, body } = await requestSummary(conversation.id);
    expect(status).toBe(202);
    expect(body).toMatchObject({ id: conversation.id, status: 'finalized' });
    const after = await summaryWith(conversation.id, 'Johanna');
    expect(after).toMatchObject({ summaryOutdated: false, summaryError: null });
    expect(world().simulator.ledger.summaries).toHaveLength(2);
  });

  it('gets the summary that was owed, of the edited text, once', async () => {
    const endpoints = new EventsApi(() => world().api);
    const projectId = await endpoints.createProject();
    await endpoints.createEndpoint(projectId, { url: receiver.url });
    const gate = holdNext(world(), 'beforeSummaryResponse');
    const chunk = await finished({ projectId });
    await gate.reached;

    await edited(world().api, chunk, 'I saw Johanna there');
    const meanwhile = await world().api.conversation(chunk.conversationId);
    gate.open();
    const after = await summaryWith(chunk.conversationId, 'Johanna');

    expect(meanwhile).toMatchObject({ summary: null, summaryOutdated: false });
    expect(after).toMatchObject({ transcript: 'I saw Johanna there', summaryOutdated: false });
    const received = await waitUntil(
      () =>
        Promise.resolve(
          receiver.received.map(({ body: { type, data } }) => `${type} ${String(data.revision)}`),
        ),
      (all) => all.some((event) => event.startsWith('conversation.summarized')),
    );
    expect(received.toSorted()).toEqual([
      'conversation.started undefined',
      'conversation.summarized 2',
      'conversation.transcribed 1',
      'conversation.transcribed 2',
    ]);
  });

  it('is merged with the edit when a chunk that was restarted has settled', async () => {
    const { chunk, conversation } = await summarized();
    const gate = holdNext(world(), 'beforeCorrectionResponse');
    await world().api.post(`/api/transcription/chunks/${chunk.id}?force=true`);
    await gate.reached;
    await edited(world().api, await world().api.chunk(chunk.id), 'I saw Johanna there');
    expect(await world().api.conversation(conversation.id)).toMatchObject({ transcript: CORRECTED });
    gate.open();
    const after = await summaryWith(conversation.id, 'Johanna');
    expect(after).toMatchObject({ transcript: 'I saw Johanna there', summaryOutdated: false });
  });
});

describe('a summary', () => {
  it('cannot be requested before the finalization', async () => {
    const { id } = await world().api.createConversation();
    const answer = await requestSummary(id);
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'not_finalized' });
  });

  it('of an unknown conversation is a 404', async () => {
    expectError(await requestSummary(crypto.randomUUID()), 404);
  });
});

describe('the words of an edited text', () => {
  it('name the edit and what stood there before, and keep their times where they are the same', async () => {
    const { chunk } = await summarized();
    interface Words {
      chunks: { words: { text: string; start: number; end: number }[]; changes: object[] }[];
    }
    const path = `/api/conversations/${chunk.conversationId}/transcript?format=json&include=changes`;
    const before = (await world().api.get<Words>(path)).body.chunks[0];
    await edited(world().api, chunk, 'I saw Johanna over there');
    const after = (await world().api.get<Words>(path)).body.chunks[0];

    expect(after?.words).toEqual([
      { ...before?.words[0], text: 'I', origin: 'corrected', heard: 'i' },
      before?.words[1],
      expect.objectContaining({ text: 'Johanna', origin: 'edited', heard: 'John' }) as unknown,
      expect.objectContaining({ text: 'over', origin: 'edited', heard: 'John' }) as unknown,
      before?.words[3],
    ]);
    expect(after?.changes).toMatchObject([
      { origin: 'corrected', heard: 'i', text: 'I', minor: true },
      { origin: 'edited', heard: 'John', text: 'Johanna over', firstWord: 2, words: 2, minor: false },
    ]);
  });

  it('are not edited when a machine’s text was restored', async () => {
    const { chunk } = await summarized();
    await edited(world().api, chunk, 'something else');
    await world().api.post(`/api/chunks/${chunk.id}/revisions/${chunk.revision}/restore`);
    const path = `/api/conversations/${chunk.conversationId}/transcript?format=json&include=changes`;
    expect(JSON.stringify((await world().api.get(path)).body)).not.toContain('edited');
  });
});
