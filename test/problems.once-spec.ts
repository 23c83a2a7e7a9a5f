import { beforeAll, describe, expect, it } from 'vitest';
import { FailedChunksRepository } from '../src/chunks/failed-chunks.repository.js';
import { ProblemsRepository } from '../src/chunks/problems.repository.js';
import type { ProblemsResponse } from '../src/conversations/problems/problems.dto.js';
import type { ChunkPageResponse } from '../src/conversations/failed-chunks.dto.js';
import { expectError } from './support/expect-error.js';
import { useOpenedDatabase } from './support/opened-database.js';
import { query } from './support/record.js';
import { plansOf } from './support/recorded-plans.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

const HEARD = 'Wat er gezegd is over de zebravink.';
const world = sharedWorld(() => World.start(), {
  prepare: ({ simulator }) => {
    simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: HEARD } });
  },
});

async function problems(): Promise<ProblemsResponse['data']> {
  const { status, body } = await world().api.get<ProblemsResponse>('/api/problems');
  expect(status).toBe(200);
  return body.data;
}

async function problem(kind: string, code: string) {
  return (await problems()).find((group) => group.kind === kind && group.code === code);
}

async function chunkIds(parameters: string): Promise<string[]> {
  const { status, body } = await world().api.get<ChunkPageResponse>(`/api/chunks?${parameters}`);
  expect(status).toBe(200);
  return body.chunks.map(({ id }) => id);
}

/** Adds a chunk whose correction the model refuses. */
async function uncorrectedChunk(conversationId: string) {
  world().simulator.faults.add({
    operation: 'correct',
    times: 1,
    effect: { kind: 'status', status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } },
  });
  const chunk = await world().api.settledChunk((await world().api.addChunk(conversationId)).id);
  expect(chunk).toMatchObject({ status: 'completed', transcript: HEARD });
  return chunk;
}

describe('problems', () => {
  it('are failed chunks by the code of their error, with the newest message and advice', async () => {
    const [one, other] = [await world().api.createConversation(), await world().api.createConversation()];
    await query(
      world().database.url,
      `insert into chunks (id, conversation_id, position, audio_url, status, error, error_code, completed_at)
        select ('01890000-0000-7000-8000-00000000000' || number)::uuid, (array[$1, $1, $2]::uuid[])[number], number,
          'https://a.example/', 'failed', 'message ' || number, 'download', timestamptz '2025-11-22' + number * interval '1 hour'
        from generate_series(1, 3) as number`,
      [one.id, other.id],
    );

    expect(await problem('failed', 'download')).toEqual({
      kind: 'failed',
      code: 'download',
      chunks: 3,
      conversations: 2,
      firstAt: '2025-11-22T01:00:00.000Z',
      lastAt: '2025-11-22T03:00:00.000Z',
      example: 'message 3',
      advice: 'repair the URL’s server; if the URL has expired, send a new chunk',
    });
    const failed = await chunkIds('errorCode=download');
    expect(failed).toHaveLength(3);
    expect(await chunkIds('errorCode=download&status=completed')).toEqual([]);
    expect(await chunkIds('errorCode=down')).toEqual([]);
    const retried = await world().api.post('/api/chunks/retry', { errorCode: 'download' });
    expect([retried.status, retried.body]).toEqual([202, { restarted: 3 }]);
    await Promise.all(failed.map((id) => world().api.settledChunk(id)));
    expect(await problem('failed', 'download')).toBeUndefined();
  });

  it('are texts that were not corrected, until they are', async () => {
    const { id } = await world().api.createConversation();
    const chunk = await uncorrectedChunk(id);
    const corrected = await world().api.settledChunk((await world().api.addChunk(id)).id);
    const { error } = (chunk.diarization?.data ?? {}) as { error?: string };

    const group = await problem('uncorrected', 'bad_request');

    expect(group).toMatchObject({
      chunks: 1,
      conversations: 1,
      example: error,
      advice: 'read `error`, try again',
    });
    expect(JSON.stringify(await problems())).not.toContain('zebravink');
    expect(await chunkIds('uncorrected=true')).toEqual([chunk.id]);
    expect(await chunkIds('uncorrected=true&errorCode=bad_request')).toEqual([chunk.id]);
    expect(await chunkIds('uncorrected=true&errorCode=download')).toEqual([]);
    expect(await chunkIds(`uncorrected=false&conversationId=${id}`)).toEqual([chunk.id, corrected.id]);

    await world().api.post(`/api/transcription/chunks/${chunk.id}?force=true`, {});
    await world().api.settledChunk(chunk.id);

    expect(await problem('uncorrected', 'bad_request')).toBeUndefined();
    expect(await query(world().database.url, 'select 1 from uncorrected_chunks')).toEqual([]);
  });

  it('are not what a process of the previous release has corrected since', async () => {
    const { id } = await world().api.createConversation();
    const chunk = await uncorrectedChunk(id);
    await query(world().database.url, `update chunks set model = 'a-model' where id = $1`, [chunk.id]);

    expect(await problem('uncorrected', 'bad_request')).toBeUndefined();
    expect(await chunkIds('uncorrected=true')).toEqual([]);
  });

  it('leave the database with their conversation', async () => {
    const { id } = await world().api.createConversation();
    await uncorrectedChunk(id);
    await world().api.send('DELETE', `/api/conversations/${id}`, {});

    expect(await problem('uncorrected', 'bad_request')).toBeUndefined();
    const notes = await query(
      world().database.url,
      'select 1 from uncorrected_chunks where conversation_id = $1',
      [id],
    );
    expect(notes).toEqual([]);
  });

  it.each(['uncorrected=maybe', 'uncorrected=', 'errorCode=', `errorCode=${'a'.repeat(201)}`])(
    'have chunks that are not listed for %s',
    async (parameters) => {
      expectError(await world().api.get(`/api/chunks?${parameters}`), 400);
    },
  );
});

describe('the statements about problems', () => {
  const opened = useOpenedDatabase();

  beforeAll(async () => {
    await query(
      opened().url,
      `with conversation as (
        insert into conversations (id, redact_pii, anonymize) select gen_random_uuid(), false, false from generate_series(1, 100) returning id
      ), chunk as (
        insert into chunks (id, conversation_id, position, audio_url, status, error_code)
        select gen_random_uuid(), id, number, 'https://a.example/', case when number = 1 then 'failed' else 'completed' end, 'download'
        from conversation, generate_series(1, 100) as number returning id, conversation_id, position
      )
      insert into uncorrected_chunks (chunk_id, conversation_id, submission_id, code, error)
      select id, conversation_id, id, 'timeout', '' from chunk where position = 2`,
    );
    await query(opened().url, 'vacuum analyze');
  });

  it('read failed chunks and notes of uncorrected ones only', async () => {
    const plans = await plansOf(
      opened(),
      async (database) => {
        await new ProblemsRepository(database).groups();
        const chunks = new FailedChunksRepository(database);
        await chunks.find({ errorCode: 'download' }, { limit: 50 });
        await chunks.find({ status: 'failed' }, { limit: 50 });
        await chunks.find({ uncorrected: true, errorCode: 'timeout' }, { limit: 50 });
      },
      { areTablesSmall: true },
    );
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on chunks/);
    expect(plans[2]).toContain('chunks_failed');
    expect(plans[3]).toContain('chunks_failed');
  });
});
