import { describe, expect, it } from 'vitest';
import type { ChunkItemPageResponse } from '../src/conversations/lists/conversation-lists.dto.js';
import type {
  ConversationItemResponse,
  ConversationPageResponse,
} from '../src/conversations/lists/conversation-lists.dto.js';
import type { ProjectPageResponse, ProjectResponse } from '../src/conversations/projects/projects.dto.js';
import { encodeCursor } from '../src/http/pages/cursor.js';
import type { ErrorAnswer } from './support/api.js';
import { expectError } from './support/expect-error.js';
import { query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const CURSOR = encodeCursor({ key: 1_764_237_600_123_456, id: UNKNOWN_ID });

const world = sharedWorld(() => World.start());

async function list(parameters: Record<string, string> = {}): Promise<ConversationPageResponse> {
  const { status, body } = await world().api.get<ConversationPageResponse>(
    `/api/conversations?${new URLSearchParams(parameters).toString()}`,
  );
  expect([status, body]).toEqual([200, expect.anything()]);
  return body;
}

async function idsOf(parameters: Record<string, string>): Promise<string[]> {
  return (await list(parameters)).data.map(({ id }) => id);
}

async function createProject(name = 'Meetings'): Promise<ProjectResponse> {
  return (await world().api.post<ProjectResponse>('/api/projects', { name })).body;
}

/** Reads a list page by page. */
async function everyPage<T>(path: string, limit: number): Promise<T[][]> {
  const pages: T[][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body }: { body: { data: T[]; nextCursor: string | null } } = await world().api.get(
      `${path}limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    pages.push(body.data);
    cursor = body.nextCursor;
  }
  return pages;
}

describe('the list of conversations', () => {
  it('has everything about a conversation but its texts and hotwords', async () => {
    const { id: projectId } = await createProject();
    const { id } = await world().api.createConversation({
      projectId,
      title: 'The bridge',
      externalId: 'listed',
      metadata: { a: 'b' },
      transcriptPrompt: 'Wilgenbrug',
    });
    await world().api.addChunk(id);
    await world().api.finish(id);
    const { transcript, summary, transcriptPrompt, ...rest } = await world().api.summarizedConversation(id);
    expect([transcript, summary, transcriptPrompt]).not.toContain(null);

    expect(await list({ projectId })).toEqual({ data: [{ ...rest, hasSummary: true }], nextCursor: null });
  });

  it('counts the chunks of each conversation', async () => {
    const { id: projectId } = await createProject();
    const [none, some] = [
      await world().api.createConversation({ projectId }),
      await world().api.createConversation({ projectId }),
    ];
    const completed = await world().api.addChunk(some.id);
    await world().api.settledChunk(completed.id);
    await query(
      world().database.url,
      `insert into chunks (id, conversation_id, position, audio_url, status)
        select gen_random_uuid(), $1, number, 'https://a.example/', status
        from unnest('{failed,failed,queued}'::text[]) with ordinality as chunk (status, number)`,
      [some.id],
    );

    const { data } = await list({ projectId });

    expect(data.map(({ id, chunks, hasSummary }) => [id, chunks, hasSummary])).toEqual([
      [some.id, { total: 4, pending: 1, completed: 1, failed: 2 }, false],
      [none.id, { total: 0, pending: 0, completed: 0, failed: 0 }, false],
    ]);
  });

  it('has the newest first, on pages that what is added does not shift', async () => {
    const { id: projectId } = await createProject();
    await query(
      world().database.url,
      // Some at the same microsecond, and others a microsecond apart.
      `insert into conversations (id, project_id, redact_pii, anonymize, created_at)
        select gen_random_uuid(), $1, false, false, timestamptz '2025-11-22T10:00:00.123456Z' + number / 3 * interval '1 microsecond'
        from generate_series(1, 25) as number`,
      [projectId],
    );
    const inOrder = await query<{ id: string }>(
      world().database.url,
      'select id from conversations where project_id = $1 order by created_at desc, id desc',
      [projectId],
    );
    const path = `/api/conversations?projectId=${projectId}&`;

    const pages = await everyPage<ConversationItemResponse>(path, 5);
    expect(pages.map((page) => page.length)).toEqual([5, 5, 5, 5, 5]);
    expect(pages.flat().map(({ id }) => id)).toEqual(inOrder.map(({ id }) => id));

    const first = await list({ projectId, limit: '5' });
    await world().api.createConversation({ projectId });
    const second = await list({ projectId, limit: '5', cursor: first.nextCursor ?? '' });
    expect(second.data).toEqual(pages[1]);
  });

  it('has 50 entries on a page when no limit is given', async () => {
    const { id: projectId } = await createProject();
    await query(
      world().database.url,
      `insert into conversations (id, project_id, redact_pii, anonymize)
        select gen_random_uuid(), $1, false, false from generate_series(1, 51)`,
      [projectId],
    );
    const { data, nextCursor } = await list({ projectId });
    expect([data.length, nextCursor]).toEqual([50, expect.any(String)]);
    expect((await list({ projectId, limit: '100' })).data).toHaveLength(51);
  });

  it('is filtered by project, state, external id and time, alone and together', async () => {
    const [{ id: projectId }, { id: otherProject }] = [await createProject(), await createProject()];
    const open = await world().api.createConversation({ projectId, externalId: 'filtered' });
    const final = await world().api.createConversation({ projectId });
    const elsewhere = await world().api.createConversation({
      projectId: otherProject,
      externalId: 'filtered',
    });
    await world().api.finish(final.id);
    await world().api.finalizedConversation(final.id);
    await query(
      world().database.url,
      `update conversations set created_at = timestamptz '2020-01-01' + number * interval '1 day'
        from unnest($1::uuid[]) with ordinality as given (given_id, number) where id = given_id`,
      [[open.id, final.id, elsewhere.id]],
    );

    expect(await idsOf({ projectId })).toEqual([final.id, open.id]);
    expect(await idsOf({ projectId, status: 'open' })).toEqual([open.id]);
    expect(await idsOf({ status: 'finalized', createdBefore: '2021-01-01' })).toEqual([final.id]);
    expect(await idsOf({ externalId: 'filtered' })).toEqual([elsewhere.id, open.id]);
    expect(await idsOf({ externalId: 'filtered', projectId })).toEqual([open.id]);
    expect(await idsOf({ externalId: 'Filtered' })).toEqual([]);
    expect(await idsOf({ createdAfter: '2020-01-03', createdBefore: '2020-01-04T00:00:00Z' })).toEqual([
      final.id,
    ]);
    expect(await idsOf({ createdBefore: '2020-01-03T01:00:00+01:00' })).toEqual([open.id]);
    expect(await idsOf({ projectId: UNKNOWN_ID })).toEqual([]);
  });

  it('has no deleted conversation', async () => {
    const { id: projectId } = await createProject();
    const { id } = await world().api.createConversation({ projectId });
    await world().api.send('DELETE', `/api/conversations/${id}`, {});
    expect(await idsOf({ projectId })).toEqual([]);
  });

  it.each([
    ['limit=0', /limit/],
    ['limit=101', /limit/],
    ['limit=many', /limit/],
    ['limit=', /limit/],
    ['cursor=', /cursor/],
    ['cursor=abc', /cursor/],
    [`cursor=${CURSOR}x`, /cursor/],
    [`cursor=${CURSOR}&cursor=${CURSOR}`, /cursor/],
    ['projectId=5', /projectId/],
    ['status=deleted', /status must be one of open, finished, finalized/],
    ['status=open&status=finished', /status/],
    ['externalId=', /externalId/],
    ['q=', /q must/],
    ['q=%20!%20', /q must have a letter or a digit/],
    ['q=a%00', /q must/],
    [`q=${'a'.repeat(201)}`, /q must/],
    ['createdAfter=yesterday', /createdAfter must be a date/],
    ['createdAfter=2025-02-30', /createdAfter must be a date/],
    ['createdBefore=2025-11-22T10:00:00', /createdBefore must be a date/],
    ['createdBefore=2025-11-22T10:00:00+01:00', /%2B/],
    ['page=2', /page should not exist/],
  ])('is refused with a clear message: %s', async (parameters, message) => {
    const answer = await world().api.get<ErrorAnswer>(`/api/conversations?${parameters}`);
    expectError(answer, 400);
    expect([answer.body.message].flat().join()).toMatch(message);
  });
});

describe('a search for words', () => {
  /** Makes a finalized conversation in a project of its own. */
  async function merged(transcript: string, names: object = {}) {
    const { id: projectId } = await createProject();
    const { id } = await world().api.createConversation({ projectId, ...names });
    await query(
      world().database.url,
      `update conversations set status = 'finalized', finished_at = now(), finalized_at = now(), transcript = $2 where id = $1`,
      [id, transcript],
    );
    return { id, projectId };
  }

  it('finds all words of title, external id and transcript, the last by its beginning', async () => {
    const names = { title: 'Naar de Wilgenbrug', externalId: 'MEET-2042/b' };
    const { id, projectId } = await merged('Zij zei: “het Kafé is dicht.” Größe', names);
    const found = async (q: string): Promise<boolean> => (await idsOf({ q, projectId })).includes(id);

    for (const q of [
      'wilgen',
      'WILGENBRUG',
      'meet-2042',
      'kafe dicht',
      'káfé',
      'dicht kaf',
      'grosse',
      'größe',
      '“het',
      'b',
    ]) {
      expect([q, await found(q)]).toEqual([q, q !== 'grosse']);
    }
    for (const q of ['wilgen naar', 'brug', 'meet-2043', 'kafe open']) {
      expect([q, await found(q)]).toEqual([q, false]);
    }
  });

  it.each(["it's", 'a & !b | (c:*)', 'a <-> :* \\', "a';--", 'a\u2003b', '日本語', '👩‍👩‍👧 a', 'x'.repeat(200)])(
    'takes any text for words: %s',
    async (q) => {
      const { id, projectId } = await merged(`before ${q} after`);
      expect(await idsOf({ q, projectId })).toEqual([id]);
      expect(await idsOf({ q: `${q.slice(0, 100)} elsewhere`, projectId })).toEqual([]);
    },
  );

  it('finds new words at once, and old ones no more', async () => {
    const { id, projectId } = await merged('before', { title: 'Old', externalId: 'found-by-words' });
    await world().api.patch(`/api/conversations/${id}`, { title: 'New', externalId: null });
    await query(world().database.url, `update conversations set transcript = 'after' where id = $1`, [id]);

    for (const q of ['new', 'after']) expect(await idsOf({ q, projectId })).toEqual([id]);
    for (const q of ['old', 'before', 'found-by-words']) expect(await idsOf({ q, projectId })).toEqual([]);
  });

  it('may be combined with the other filters', async () => {
    const { id, projectId } = await merged('combined words', { externalId: 'combined' });
    const open = await world().api.createConversation({ projectId, title: 'combined words' });

    expect(await idsOf({ q: 'combined', projectId })).toEqual([open.id, id]);
    expect(await idsOf({ q: 'combined', status: 'open' })).toEqual([open.id]);
    expect(await idsOf({ q: 'combined', status: 'finalized', projectId })).toEqual([id]);
    expect(await idsOf({ q: 'words', externalId: 'combined' })).toEqual([id]);
    expect(await idsOf({ q: 'missing', externalId: 'combined' })).toEqual([]);
    expect(await idsOf({ q: 'combined', projectId, createdBefore: '2020-01-01' })).toEqual([]);
  });

  it('finds frequent and rare words alike, page by page', async () => {
    const { id: projectId } = await createProject();
    await query(
      world().database.url,
      `insert into conversations (id, project_id, redact_pii, anonymize, title, created_at)
        select gen_random_uuid(), $1, false, false,
          'every' || case when number % 9 = 0 then ' ninth' else '' end || case when number % 300 = 1 then ' rare' else '' end,
          timestamptz '2025-11-22' + number * interval '1 second'
        from generate_series(1, 1000) as number`,
      [projectId],
    );
    for (const [q, count] of [
      ['every', 1_000],
      ['ninth', 111],
      ['rare', 4],
      ['rare ninth', 0],
    ] as const) {
      const path = `/api/conversations?projectId=${projectId}&q=${encodeURIComponent(q)}&`;
      const found = (await everyPage<ConversationItemResponse>(path, 30)).flat();
      expect([q, new Set(found.map(({ id }) => id)).size]).toEqual([q, count]);
      const times = found.map(({ createdAt }) => createdAt);
      expect(times).toEqual([...times].sort().reverse());
    }
  });

  it('finds the first words of a transcript whose distinct words do not fit', async () => {
    const syllables = Array.from({ length: 160_000 }, (_, index) => `w${index.toString(36)}日本`);
    const { id, projectId } = await merged(`firstword ${syllables.join(' ')}`);

    expect(await idsOf({ q: 'firstword w5日本', projectId })).toEqual([id]);
    expect(await idsOf({ q: 'w3fe7日本', projectId })).toEqual([]);
  });

  it('finds words at the end of ten hours of speech', async () => {
    const words = Array.from({ length: 90_000 }, (_, index) => `word${index % 12_000}`);
    const { id, projectId } = await merged(`${words.join(' ')} lastword`);
    expect(await idsOf({ q: 'lastword', projectId })).toEqual([id]);
  });

  it('finds what was merged before the database kept words, once the workers have filled them in', async () => {
    const { id, projectId } = await merged('merged by an earlier release');
    await query(
      world().database.url,
      'update conversation_words set words = null where conversation_id = $1',
      [id],
    );
    expect(await idsOf({ q: 'earlier', projectId })).toEqual([]);

    await world().stopService();
    await world().startService();

    await waitUntil(
      () => idsOf({ q: 'earlier', projectId }),
      (ids) => ids.includes(id),
    );
  });
});

describe('the list of projects', () => {
  it('has the newest first, page by page', async () => {
    const made = [await createProject('a'), await createProject('b'), await createProject('c')];
    const projects = (await everyPage<ProjectResponse>('/api/projects?', 2)).flat();

    expect(projects.slice(0, 3)).toEqual(made.reverse());
    const inOrder = await query<{ id: string }>(
      world().database.url,
      'select id from projects order by created_at desc, id desc',
    );
    expect(projects.map(({ id }) => id)).toEqual(inOrder.map(({ id }) => id));
    expectError(await world().api.get('/api/projects?limit=0'), 400);
    expectError(await world().api.get<ProjectPageResponse>('/api/projects?cursor=abc'), 400);
  });
});

describe('the list of the chunks of a conversation', () => {
  it('has them by position, without their texts, page by page', async () => {
    const { id } = await world().api.createConversation();
    for (const position of [7, 3, 3, 1_000_000_000, 0]) await world().api.addChunk(id, { position });
    await world().api.finish(id);
    await world().api.finalizedConversation(id);

    const pages = await everyPage<{ id: string; position: number }>(`/api/conversations/${id}/chunks?`, 2);

    expect(pages.map((page) => page.map(({ position }) => position))).toEqual([
      [0, 3],
      [3, 7],
      [1_000_000_000],
    ]);
    for (const item of pages.flat()) {
      const { transcript, diarization, correction, ...rest } = await world().api.chunk(item.id);
      expect([transcript, diarization, correction]).not.toContain(null);
      const { note: _note, ...listed } = correction ?? {};
      expect(item).toEqual({ ...rest, correction: listed });
    }
  });

  it('is empty without chunks, and a 404 without a conversation', async () => {
    const { id } = await world().api.createConversation();
    const path = `/api/conversations/${id}/chunks`;
    const empty = await world().api.get<ChunkItemPageResponse>(path);
    expect([empty.status, empty.body]).toEqual([200, { data: [], nextCursor: null }]);
    expectError(await world().api.get(`/api/conversations/${UNKNOWN_ID}/chunks`), 404);
    expectError(await world().api.get(`${path}?cursor=abc`), 400);
    expectError(await world().api.get(`${path}?limit=101`), 400);
  });
});
