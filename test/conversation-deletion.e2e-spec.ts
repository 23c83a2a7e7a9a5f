import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wav } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import {
  deleted,
  deletion,
  DELETION_ENV,
  expectGone,
  isEmptied,
  pathOf,
  remove,
} from './support/deleted-conversation.js';
import { expectError } from './support/expect-error.js';
import { EventsApi } from './support/events-api.js';
import { Gate } from './support/gate.js';
import { openSubmission } from './support/open-submission.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { locationsHolding, query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { storedFiles } from './support/stored-files.js';
import { STRATEGIES, World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';
import { wipeQueues } from './support/wipe-queues.js';

describe.each(STRATEGIES)('a conversation that is deleted, with the %s strategy', (strategy) => {
  const world = sharedWorld(() => World.start({ strategy, env: DELETION_ENV }));
  let host: AudioHost;

  beforeAll(async () => {
    host = await AudioHost.start();
  });

  afterAll(async () => {
    await host.stop();
  });

  it('loses recordings, texts, events and the copies at the provider, and says when', async () => {
    const { api, simulator } = world();
    const chunk = await settleChunk(api);
    await api.finish(chunk.conversationId);
    await api.summarizedConversation(chunk.conversationId);
    const other = await settleChunk(api);

    const requested = await remove(api, chunk.conversationId);
    const finished = await deleted(api, chunk.conversationId);

    expect(requested).toMatchObject({
      status: 202,
      body: { conversationId: chunk.conversationId, status: 'deleting', deletedAt: null },
    });
    expect(finished).toMatchObject({ providerCopies: { pending: 0, deleted: 1 }, error: null });
    expect(Date.parse(finished.deletedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(finished.requestedAt));
    expect(await locationsHolding(world(), chunk.transcript ?? '')).toEqual([]);
    expect(await api.chunk(other.id)).toMatchObject({ status: 'completed' });
    expect(isEmptied(world(), other.transcriptId ?? '')).toBe(false);
    await remove(api, other.conversationId);
    await deleted(api, other.conversationId);
    await expectGone(world(), chunk);
    expect(simulator.ledger.counts.delete).toBe(2);
  });

  it('loses its events and their delivery log', async () => {
    const { api } = world();
    const events = new EventsApi(() => api);
    const projectId = await events.createProject();
    await events.createEndpoint(projectId, { url: 'https://events.example.org/' });
    const chunk = await settleChunk(api, { projectId });
    await events.logUntil(projectId, (log) => log.some(({ type }) => type === 'conversation.started'));
    await remove(api, chunk.conversationId);
    await deleted(api, chunk.conversationId);

    expect(await events.log(projectId)).toEqual([]);
    await expectGone(world(), chunk);
  });

  it('may be deleted any number of times', async () => {
    const { api } = world();
    const chunk = await settleChunk(api);
    const answers = await Promise.all([1, 2, 3].map(() => remove(api, chunk.conversationId)));
    const finished = await deleted(api, chunk.conversationId);
    const again = await remove(api, chunk.conversationId);

    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(again).toMatchObject({ status: 202, body: finished });
    await expectGone(world(), chunk);
  });

  it('stores nothing of a transcript that ends later, nor of its callback', async () => {
    const { api, simulator } = world();
    const open = await openSubmission(world(), host);
    await remove(api, open.conversationId);
    await simulator.assemblyai.finish(open.transcriptId);
    const late = await world().callback(
      { transcript_id: open.transcriptId, status: 'completed' },
      { submission: open.submission },
    );
    await deleted(api, open.conversationId);

    if (strategy === 'webhook') expect(late.status).toBe(404);
    await expectGone(world(), open.chunk);
  });

  it('stores nothing of a correction that ends later', async () => {
    const { api, simulator } = world();
    const gate = new Gate();
    simulator.hooks.beforeCorrectionResponse = gate.pass;
    const chunk = await startChunk(api, { anonymize: true });
    await gate.reached;
    await remove(api, chunk.conversationId);
    gate.open();
    await deleted(api, chunk.conversationId);

    await expectGone(world(), chunk);
  });

  it('deletes a transcript whose submit is under way at that time', async () => {
    const { api, simulator } = world();
    const gate = new Gate();
    simulator.hooks.beforeSubmitResponse = gate.pass;
    const chunk = await startChunk(api);
    await gate.reached;
    await remove(api, chunk.conversationId);
    const early = await deletion(api, chunk.conversationId);
    gate.open();
    await deleted(api, chunk.conversationId);

    expect(early.body).toMatchObject({ status: 'deleting', providerCopies: { pending: 1 } });
    await expectGone(world(), chunk);
  });

  it('searches for a transcript whose submit was under way, and was never answered', async () => {
    const { api, simulator, database } = world();
    const gate = new Gate();
    simulator.hooks.beforeSubmitResponse = gate.pass;
    simulator.faults.add({ operation: 'submit', effect: { kind: 'lostReply' } });
    const chunk = await startChunk(api);
    await gate.reached;
    await remove(api, chunk.conversationId);
    gate.open();
    // Simulates the end of the submitter's lease.
    await query(database.url, 'update provider_deletions set next_attempt_at = now()');
    await deleted(api, chunk.conversationId);

    await expectGone(world(), chunk);
  });

  it('keeps nothing of an upload that is under way', async () => {
    const { api, dataDir } = world();
    const chunk = await settleChunk(api);
    const { conversationId } = chunk;
    const rest = new Gate();
    const audio = wav('under way', 10);
    const form = async function* () {
      yield Buffer.from('--b\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n\r\n');
      yield Buffer.from(audio.subarray(0, 100_000));
      await rest.pass();
      yield Buffer.from(audio.subarray(100_000));
      yield Buffer.from('\r\n--b--\r\n');
    };
    const before = (await storedFiles(dataDir)).length;
    const upload = fetch(`${api.url}${pathOf(conversationId)}/chunks`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: form(),
      duplex: 'half',
    });
    await waitUntil(
      () => storedFiles(dataDir),
      (files) => files.length > before,
    );
    await remove(api, conversationId);
    await deleted(api, conversationId);
    rest.open();

    expect((await upload).status).toBe(404);
    await expectGone(world(), chunk);
  });

  it('is deleted even when the provider fails, the service is stopped and the queues are wiped', async () => {
    const { simulator } = world();
    const chunk = await settleChunk(world().api);
    simulator.faults.add({ operation: 'delete', effect: { kind: 'status', status: 500 } });
    await remove(world().api, chunk.conversationId);
    await simulator.waitFor(({ counts }) => counts.delete > 1);
    const pending = await deletion(world().api, chunk.conversationId);
    await world().stopService();
    await wipeQueues(world());
    simulator.faults.clear();
    await world().startService();
    await deleted(world().api, chunk.conversationId);

    expect(pending.body).toMatchObject({ status: 'deleting', providerCopies: { pending: 1, deleted: 0 } });
    await expectGone(world(), chunk);
  });

  it('loses the remains of an interrupted upload a day later', async () => {
    const { api, dataDir, database } = world();
    const chunk = await settleChunk(api);
    const { conversationId } = chunk;
    await remove(api, conversationId);
    await deleted(api, conversationId);
    await mkdir(join(dataDir, 'audio', conversationId), { recursive: true });
    await writeFile(join(dataDir, 'audio', conversationId, 'left.wav'), 'left');
    await query(
      database.url,
      `update conversation_deletions set deleted_at = now() - interval '25 hours' where conversation_id = $1`,
      [conversationId],
    );
    await waitUntil(
      () =>
        query(
          database.url,
          'select 1 from conversation_deletions where swept_at is not null and conversation_id = $1',
          [conversationId],
        ),
      (rows) => rows.length === 1,
    );

    await expectGone(world(), chunk);
  });
});

describe('deleting a conversation', () => {
  const world = sharedWorld(() => World.start({ env: DELETION_ENV }));

  it('answers 404 when there never was such a conversation, and 400 to a malformed id', async () => {
    const { api } = world();
    const { id } = await api.createConversation();

    expectError(await remove(api, crypto.randomUUID()), 404);
    expectError(await deletion(api, id), 404);
    expectError(await remove(api, 'a'), 400);
    expect((await api.conversation(id)).status).toBe('open');
    expect((await remove(api, id)).status).toBe(202);
    expect(await deleted(api, id)).toMatchObject({ providerCopies: { pending: 0, deleted: 0 } });
  });

  it('tolerates uploads, restarts and finishes of the same conversation at the same time', async () => {
    const { api } = world();
    const chunk = await settleChunk(api);
    const { conversationId } = chunk;
    const others = [1, 2, 3, 4, 5].flatMap(() => [
      api.upload(conversationId),
      api.post(`/api/transcription/chunks/${chunk.id}?force=true`, {}),
      api.post(`${pathOf(conversationId)}/finish`),
    ]);
    const removed = await remove(api, conversationId);
    const answers = await Promise.all(others);
    await deleted(api, conversationId);

    expect(removed.status).toBe(202);
    for (const { status } of answers) expect([202, 404, 409]).toContain(status);
    await waitUntil(
      () => deletion(api, conversationId),
      ({ body: { providerCopies } }) => providerCopies.pending === 0,
    );
    await expectGone(world(), chunk);
  });
});
