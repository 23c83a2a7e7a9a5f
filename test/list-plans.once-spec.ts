import { beforeAll, describe, expect, it } from 'vitest';
import { FailedChunksRepository } from '../src/chunks/failed-chunks.repository.js';
import { ProblemsRepository } from '../src/chunks/problems.repository.js';
import { ChunkListsRepository } from '../src/chunks/chunk-lists.repository.js';
import { ConversationListsRepository } from '../src/conversations/lists/conversation-lists.repository.js';
import { ConversationSearch } from '../src/conversations/lists/conversation-search.js';
import { ProjectsRepository } from '../src/conversations/projects/projects.repository.js';
import { useOpenedDatabase } from './support/opened-database.js';
import { query } from './support/record.js';
import { plansOf } from './support/recorded-plans.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

describe('every page of a list', () => {
  const opened = useOpenedDatabase();
  /** In the year 2100: all rows come after it. */
  const after = { key: 4_102_444_800_000_000, id: UNKNOWN_ID };
  const filters = {
    projectId: UNKNOWN_ID,
    status: 'finalized' as const,
    createdAfter: new Date(0),
    createdBefore: new Date(),
  };

  beforeAll(async () => {
    const { url } = opened();
    await query(
      url,
      `with project as (insert into projects (id, name) select gen_random_uuid(), 'p' from generate_series(1, 1000) returning id),
      conversation as (
        insert into conversations (id, project_id, redact_pii, anonymize, status, title, external_id, transcript)
        select gen_random_uuid(), id, false, false, case when number = 1 and left(id::text, 1) = '0' then 'open' else 'finalized' end, 'title', id || '/' || number, repeat('What was said. ', 20)
        from project, generate_series(1, 10) as number returning id
      ), chunk as (
        insert into chunks (id, conversation_id, position, audio_url, status)
        select gen_random_uuid(), id, 0, 'https://a.example/', 'completed' from conversation returning id
      )
      insert into correction_windows (chunk_id, submission_id, ordinal, is_redacted)
      select id, gen_random_uuid(), 0, false from chunk`,
    );
    await query(
      url,
      `insert into uncorrected_chunks (chunk_id, conversation_id, submission_id, code, error, noted_at)
      select id, conversation_id, gen_random_uuid(), 'refused', 'Refused.', now() from chunks where left(id::text, 1) = '0'`,
    );
    await query(
      url,
      `insert into correction_windows (chunk_id, submission_id, ordinal, status, is_redacted)
      select id, gen_random_uuid(), 0, 'corrected', false from chunks`,
    );
    await query(url, 'vacuum analyze');
  });

  it.each([
    ['all', {}, 'conversations_by_age'],
    ['a project', { projectId: UNKNOWN_ID }, 'conversations_by_project'],
    ['a state', { status: 'open' as const }, 'conversations_by_status'],
    ['a project and a state, at a time', filters, 'conversations_by_project_and_status'],
    ['an external id', { externalId: '5' }, 'conversations_external_id'],
    ['an external id with words', { externalId: '5', q: 'words' }, 'conversations_external_id'],
    ['frequent words', { q: 'said' }, 'conversation_words_by_age'],
    [
      'frequent words of a project and a state',
      { ...filters, q: 'said' },
      'conversation_words_by_project_and_status',
    ],
    ['rare words', { q: 'nobody' }, 'conversation_words_by_word'],
    ['rare words of a state', { status: 'open' as const, q: 'nobody' }, 'conversation_words_by_status'],
  ])('of %s is read by an index, and nothing else', async (_name, filter, index) => {
    for (const cursor of [undefined, after]) {
      const plans = await plansOf(opened(), (database) =>
        new ConversationListsRepository(database, new ConversationSearch(database)).page(filter, {
          limit: 50,
          after: cursor,
        }),
      );
      expect(plans.join('\n')).toContain(index);
      expect(plans.join('\n')).not.toMatch(/Seq Scan on (?!projects)/);
    }
  });

  it('of texts that are not corrected, and of their problems, is read by an index', async () => {
    const plans = await plansOf(opened(), async (database) => {
      await new ProblemsRepository(database).groups();
      await new FailedChunksRepository(database).find({ uncorrected: true }, { limit: 51 });
      await new FailedChunksRepository(database).find(
        { uncorrected: true, errorCode: 'refused' },
        { afterId: UNKNOWN_ID, limit: 51 },
      );
    });
    expect(plans).toHaveLength(4);
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan/);
  });

  it('of projects, and of chunks with their counts, is read by an index', async () => {
    const [conversation] = await query<{ id: string }>(opened().url, 'select id from conversations limit 1');
    const plans = await plansOf(opened(), async (database) => {
      await new ProjectsRepository(database).list({ limit: 51, after });
      await new ChunkListsRepository(database).ofConversation(conversation?.id ?? '', {
        limit: 51,
        after: { position: 0, id: UNKNOWN_ID },
      });
      await new ConversationListsRepository(database, new ConversationSearch(database)).page(
        {},
        { limit: 50 },
      );
    });
    expect(plans[0]).toContain('projects_by_age');
    expect(plans[1]).toContain('chunks_by_position');
    expect(plans.at(-1)).toMatch(/Index.* on chunks_|Index Scan using chunks_/);
    // Few projects and no submissions: an empty table is scanned.
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on (?!projects p|submissions s)/);
  });
});
