import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { Answer } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { openSubmission, PLACEHOLDER, submitOf } from './support/open-submission.js';
import { query } from './support/record.js';
import { failedChunk, settledChunk } from './support/settled-chunk.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

let world: World;
let host: AudioHost;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

function transcribe(chunkId: string, suffix = '', body?: object): Promise<Answer<ChunkResponse>> {
  return world.api.post(`/api/transcription/chunks/${chunkId}${suffix}`, body);
}

async function someoneWaitsForALock(): Promise<boolean> {
  const rows = await query(
    world.database.url,
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}

describe('transcribing a chunk again', () => {
  it('starts nothing new while the chunk is in flight, with and without a body, and however often', async () => {
    const { chunk, audioUrl, transcriptId } = await openSubmission(world, host);
    const answers = [
      await transcribe(chunk.id),
      await transcribe(chunk.id, '', {}),
      await transcribe(chunk.id, '?force=true'),
      await transcribe(chunk.id, '?force=false', { redactPii: false }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(202);
      expect(body).toMatchObject({ id: chunk.id, status: 'transcribing', transcriptId });
    }
    await world.simulator.assemblyai.finish(transcriptId);
    expect((await world.api.settledChunk(chunk.id)).transcriptId).toBe(transcriptId);
    expect(submitOf(world, audioUrl).transcriptId).toBe(transcriptId);
  });

  it('tries a failed chunk again', async () => {
    const { id } = await world.api.createConversation();
    const { failed } = await failedChunk(world, id, host);

    const answer = await transcribe(failed.id);

    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ id: failed.id, error: null, completedAt: null });
    const chunk = await world.api.settledChunk(failed.id);
    expect(chunk).toMatchObject({ status: 'completed', error: null, position: failed.position });
    expect(chunk.transcriptId).not.toBe(failed.transcriptId);
  });

  it('tries a failed chunk again once when ten requests come at the same time', async () => {
    const { id } = await world.api.createConversation();
    const { failed, audioUrl: url } = await failedChunk(world, id, host);
    const answers = await Promise.all(Array.from({ length: 10 }, () => transcribe(failed.id)));
    const chunk = await world.api.settledChunk(failed.id);

    // A request that comes after the new text is refused with 409.
    expect(answers.filter(({ status }) => status === 202).length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status !== 202 && status !== 409)).toEqual([]);
    expect(chunk.status).toBe('completed');
    const submits = world.simulator.ledger.submits.filter(({ audioUrl }) => audioUrl === url);
    expect(submits).toHaveLength(2);
  });

  it('is refused for a completed chunk, unless it is forced', async () => {
    const { id } = await world.api.createConversation();
    const chunk = await settledChunk(world, id, host.newUrl());

    expectError(await transcribe(chunk.id), 409);
    expectError(await transcribe(chunk.id, '?force=false'), 409);
    expect(await world.api.chunk(chunk.id)).toEqual(chunk);
    const forced = await transcribe(chunk.id, '?force=true');

    expect(forced.status).toBe(202);
    // The text so far stays readable until a new one comes.
    expect(forced.body).toMatchObject({ id: chunk.id, transcript: chunk.transcript, completedAt: null });
    const again = await world.api.settledChunk(chunk.id);
    expect(again).toMatchObject({ status: 'completed', transcript: chunk.transcript });
    expect(again.transcriptId).not.toBe(chunk.transcriptId);
  });

  it.each(['?force=garbage', '?force=1', '?force=TRUE', '?force=', '?force=true&force=true'])(
    'is refused with %s',
    async (suffix) => {
      const { id } = await world.api.createConversation();
      const chunk = await settledChunk(world, id, host.newUrl());
      expectError(await transcribe(chunk.id, suffix), 400);
      expect(await world.api.chunk(chunk.id)).toEqual(chunk);
    },
  );

  it.each([{ redactPii: 'yes' }, { redactPii: 1 }, { force: true }, { language: 'nl' }])(
    'is refused with the body %j',
    async (body) => {
      const { chunk } = await openSubmission(world, host);
      expectError(await transcribe(chunk.id, '', body), 400);
    },
  );

  it('turns redaction on when the request asks for it', async () => {
    const { id } = await world.api.createConversation();
    const chunk = await settledChunk(world, id, host.newUrl());
    const forced = await transcribe(chunk.id, '?force=true', { redactPii: true });
    expect(forced.body).toMatchObject({ transcript: null, diarization: null });
    await world.api.settledChunk(chunk.id);
    const mark = PLACEHOLDER.exec(chunk.transcript ?? '')?.groups?.mark ?? 'no mark';
    const corrections = world.simulator.ledger.corrections.filter(({ prompt }) => prompt.includes(mark));
    expect(corrections.map(({ redaction }) => redaction)).toEqual([false, true]);
  });

  it('brings a finalized conversation a new transcript and a new summary', async () => {
    const { id } = await world.api.createConversation();
    const { failed } = await failedChunk(world, id, host);
    const other = await settledChunk(world, id, host.newUrl());
    await world.api.finish(id);
    const before = await world.api.summarizedConversation(id);
    expect(before.transcript).toBe(other.transcript);

    await transcribe(failed.id);
    const chunk = await world.api.settledChunk(failed.id);

    const merged = await waitUntil(
      () => world.api.conversation(id),
      ({ transcript, summary }) => transcript !== before.transcript && summary !== null,
    );
    expect(merged).toMatchObject({
      status: 'finalized',
      transcript: `${chunk.transcript ?? ''}\n\n${other.transcript ?? ''}`,
      finalizedAt: before.finalizedAt,
      chunks: { total: 2, pending: 0, completed: 2, failed: 0 },
    });
    expect(merged.summary).not.toBe(before.summary);
  });

  it.each([
    ['by its id', (chunkId: string) => transcribe(chunkId)],
    ['with all that failed', () => world.api.post('/api/chunks/retry', { error: 'no_speech' })],
  ])(
    'brings a new transcript also when it is asked for in the middle of a merge, %s',
    async (_name, restartBy) => {
      const { id } = await world.api.createConversation();
      const { failed } = await failedChunk(world, id, host);
      const other = await settledChunk(world, id, host.newUrl());
      await world.api.finish(id);
      await world.api.summarizedConversation(id);
      await query(
        world.database.url,
        `update conversations set status = 'finished', merge_needed = true where id = $1`,
        [id],
      );
      const merge = new pg.Client({ connectionString: world.database.url });
      await merge.connect();
      let restarted: Answer | undefined;
      try {
        // Does what a merge does: locks the conversation, reads its chunks, and then records the
        // merge.
        await merge.query('begin');
        await merge.query('select from conversations where id = $1 for no key update', [id]);
        const restart = restartBy(failed.id).then((answer) => (restarted = answer));
        await waitUntil(
          async () => restarted !== undefined || (await someoneWaitsForALock()),
          (isSo) => isSo,
        );
        await merge.query(
          `update conversations set status = 'finalized', merge_needed = false where id = $1`,
          [id],
        );
        await merge.query('commit');
        await restart;
      } finally {
        await merge.end();
      }

      expect(restarted?.status).toBe(202);
      const chunk = await world.api.settledChunk(failed.id);
      const merged = await waitUntil(
        () => world.api.conversation(id),
        ({ transcript }) => transcript !== other.transcript,
        5_000,
      );
      expect(merged.transcript).toBe(`${chunk.transcript ?? ''}\n\n${other.transcript ?? ''}`);
    },
  );
});

describe('failed chunks', () => {
  interface Page {
    chunks: ChunkResponse[];
    nextAfter: string | null;
  }

  it('are found by their error, page by page', async () => {
    const { id } = await world.api.createConversation();
    const failed: string[] = [];
    for (let count = 0; count < 3; count += 1) failed.push((await failedChunk(world, id, host)).failed.id);
    await settledChunk(world, id, host.newUrl());
    const find = async (filter: string): Promise<Page> => {
      const { status, body } = await world.api.get<Page>(`/api/chunks?conversationId=${id}&${filter}`);
      expect(status).toBe(200);
      return body;
    };

    const first = await find('status=failed&limit=2');
    const second = await find(`status=failed&limit=2&after=${first.nextAfter ?? ''}`);

    expect([...first.chunks, ...second.chunks].map((chunk) => chunk.id)).toEqual(failed);
    expect([first.nextAfter, second.nextAfter]).toEqual([failed[1], null]);
    expect(first.chunks[0]).toEqual(await world.api.chunk(failed[0] ?? ''));
    expect((await find('error=no_speech')).chunks).toHaveLength(3);
    expect((await find('error=TOO%20SHORT')).chunks).toHaveLength(3);
    expect((await find('error=another')).chunks).toEqual([]);
    expect((await find('status=completed')).chunks).toHaveLength(1);
    expect((await find('')).chunks).toHaveLength(4);
  });

  it.each([
    'status=lost',
    'limit=0',
    'limit=201',
    'limit=a',
    'limit=1.5',
    'after=a',
    'conversationId=a',
    'error=',
    'error=%00',
    'sort=id',
    'status=failed&status=queued',
  ])('are not listed with %s', async (filter) => {
    expectError(await world.api.get(`/api/chunks?${filter}`), 400);
  });

  it('are tried again together, and only the requested ones', async () => {
    const { id } = await world.api.createConversation();
    const [first, second] = [await failedChunk(world, id, host), await failedChunk(world, id, host)];
    const completed = await settledChunk(world, id, host.newUrl());
    const elsewhere = await failedChunk(world, (await world.api.createConversation()).id, host);
    await world.api.finish(id);
    const before = await world.api.summarizedConversation(id);

    const none = await world.api.post('/api/chunks/retry', { conversationId: id, error: 'download' });
    const both = await world.api.post('/api/chunks/retry', { conversationId: id, error: 'no_speech' });

    expect([none.status, none.body]).toEqual([202, { restarted: 0 }]);
    expect([both.status, both.body]).toEqual([202, { restarted: 2 }]);
    const texts: (string | null)[] = [];
    for (const { failed } of [first, second])
      texts.push((await world.api.settledChunk(failed.id)).transcript);
    const merged = await waitUntil(
      () => world.api.conversation(id),
      ({ transcript }) => transcript !== before.transcript,
    );
    expect(merged.transcript).toBe([...texts, completed.transcript].join('\n\n'));
    expect(await world.api.chunk(elsewhere.failed.id)).toEqual(elsewhere.failed);
    expect(await world.api.chunk(completed.id)).toEqual(completed);
  });

  it.each([{ conversationId: 'a' }, { error: '' }, { error: 5 }, { status: 'failed' }, { chunkIds: [] }])(
    'are not tried again with %j',
    async (body) => {
      expectError(await world.api.post('/api/chunks/retry', body), 400);
    },
  );
});
