import { describe, expect, it } from 'vitest';
import type { ConversationResponse } from '../src/conversations/conversations.dto.js';
import type { ErrorAnswer } from './support/api.js';
import { expectError } from './support/expect-error.js';
import { locationsHolding, query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const METADATA = { room: 'Town hall', recorder: '', toString: 'a', é: '会議 👩‍👩‍👧' };
const TITLE = 'About "the bridge", 会議';

const world = sharedWorld(() => World.start());

async function patch(id: string, body: unknown) {
  return world().api.patch<ConversationResponse & ErrorAnswer>(`/api/conversations/${id}`, body);
}

async function createProject(): Promise<string> {
  const { body } = await world().api.post<{ id: string }>('/api/projects', { name: 'Meetings' });
  return body.id;
}

/** Returns `count` entries whose keys and values have the maximum length. */
function entries(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [String(index).padEnd(100, 'k'), 'v'.repeat(500)]),
  );
}

describe('title, external id and metadata of a conversation', () => {
  it('are null and empty when it is opened without them, and come after its project', async () => {
    const conversation = await world().api.createConversation();

    expect(conversation).toMatchObject({ title: null, externalId: null, metadata: {} });
    expect(Object.keys(conversation).slice(0, 5)).toEqual([
      'id',
      'projectId',
      'title',
      'externalId',
      'metadata',
    ]);
  });

  it('are kept as they were given, in every answer', async () => {
    const names = { title: TITLE, externalId: 'MEET/2042-é', metadata: METADATA };
    const opened = await world().api.createConversation(names);
    const finished = await world().api.finish(opened.id);

    for (const conversation of [opened, finished, await world().api.conversation(opened.id)]) {
      expect(conversation).toMatchObject(names);
    }
  });

  it('may have their maximum sizes', async () => {
    const names = { title: 't'.repeat(200), externalId: 'e'.repeat(200), metadata: entries(50) };
    expect(await world().api.createConversation(names)).toMatchObject(names);
  });

  it('may be changed one by one, in any state, and null removes a title and an external id', async () => {
    const names = { title: TITLE, externalId: 'to be removed', metadata: METADATA };
    const { id } = await world().api.createConversation(names);
    await world().api.finish(id);
    await world().api.finalizedConversation(id);

    const renamed = await patch(id, { title: 'Another' });
    expect([renamed.status, renamed.body]).toEqual([200, await world().api.conversation(id)]);
    expect(renamed.body).toMatchObject({ ...names, title: 'Another', status: 'finalized' });
    expect((await patch(id, {})).body).toEqual(renamed.body);
    const cleared = await patch(id, { title: null, externalId: null });
    expect(cleared.body).toMatchObject({ title: null, externalId: null, metadata: METADATA });
  });

  it('have metadata that is replaced as a whole', async () => {
    const { id } = await world().api.createConversation({ title: TITLE, metadata: METADATA });

    expect((await patch(id, { metadata: { a: 'b' } })).body.metadata).toEqual({ a: 'b' });
    expect((await patch(id, { metadata: {} })).body.metadata).toEqual({});
  });

  it('cannot be changed of an unknown or deleted conversation', async () => {
    const { id } = await world().api.createConversation({ title: TITLE, metadata: METADATA });
    await world().api.send('DELETE', `/api/conversations/${id}`, {});

    for (const gone of [id, UNKNOWN_ID]) {
      expectError(await patch(gone, { title: 'a' }), 404);
      expectError(await patch(gone, {}), 404);
    }
    expectError(await patch('no-id', { title: 'a' }), 400);
  });

  it('leave the database with the conversation', async () => {
    const marks = { title: 'Zebrafinch', externalId: 'zebrafinch-1', metadata: { zebrafinch: 'zebrafinch' } };
    const { id } = await world().api.createConversation(marks);
    expect(await locationsHolding(world(), 'zebrafinch')).toEqual([
      'public.conversation_words',
      'public.conversations',
    ]);

    await world().api.send('DELETE', `/api/conversations/${id}`, {});

    expect(await locationsHolding(world(), 'zebrafinch')).toEqual([]);
  });
});

describe('an external id', () => {
  const taken = {
    statusCode: 409,
    error: 'Conflict',
    message: 'another conversation of the same project has this externalId',
    code: 'external_id_taken',
    requestId: expect.any(String) as unknown,
  };

  it('is unique within a project, and among conversations without one', async () => {
    const [one, other] = [await createProject(), await createProject()];
    for (const projectId of [one, other, undefined]) {
      await world().api.createConversation({ projectId, externalId: 'unique' });
    }
    for (const projectId of [one, null]) {
      const answer = await world().api.post('/api/conversations', { projectId, externalId: 'unique' });
      expect([answer.status, answer.body]).toEqual([409, taken]);
    }
  });

  it('cannot be taken by a change either, and then nothing is changed', async () => {
    await world().api.createConversation({ externalId: 'first' });
    const second = await world().api.createConversation({ externalId: 'second', title: 'Before' });

    const answer = await patch(second.id, { externalId: 'first', title: 'After' });

    expect([answer.status, answer.body]).toEqual([409, taken]);
    expect(await world().api.conversation(second.id)).toEqual(second);
    expect((await patch(second.id, { externalId: 'second' })).status).toBe(200);
  });

  it('is free again when it was removed, or its conversation was deleted', async () => {
    const first = await world().api.createConversation({ externalId: 'free' });
    await patch(first.id, { externalId: null });
    const second = await world().api.createConversation({ externalId: 'free' });
    await world().api.send('DELETE', `/api/conversations/${second.id}`, {});

    expect(await world().api.createConversation({ externalId: 'free' })).toMatchObject({
      externalId: 'free',
    });
  });

  it('belongs to one of many conversations that are opened with it at once', async () => {
    const projectId = await createProject();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        world().api.post('/api/conversations', { projectId, externalId: 'at once' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
  });
});

describe('a conversation', () => {
  const refused: [string, object | string, RegExp][] = [
    ['a title of 201 characters', { title: 't'.repeat(201) }, /^title must be text of 1 to 200/],
    ['a blank title', { title: ' ' }, /^title must/],
    ['a title that is a number', { title: 5 }, /^title must/],
    ['a NUL in its title', { title: 'a\0b' }, /^title must/],
    ['half a surrogate pair in its title', '{"title": "a\\ud800"}', /^title must/],
    ['an external id of 201 characters', { externalId: 'e'.repeat(201) }, /^externalId must/],
    ['an empty external id', { externalId: '' }, /^externalId must/],
    ['an external id that is a list', { externalId: ['a'] }, /^externalId must/],
    ['51 keys in its metadata', { metadata: entries(51) }, /^metadata must have at most 50 keys/],
    ['a key of 101 characters', { metadata: { ['k'.repeat(101)]: 'v' } }, /name of a field is longer/],
    ['an empty key', { metadata: { '': 'v' } }, /^metadata must have keys/],
    ['a NUL in a key', { metadata: { 'a\0b': 'v' } }, /^metadata must have keys/],
    ['a value of 501 characters', { metadata: { k: 'v'.repeat(501) } }, /^metadata must have texts/],
    ['a NUL in a value', { metadata: { k: 'a\0b' } }, /^metadata must have texts/],
    ['half a surrogate pair in a value', '{"metadata": {"k": "a\\ud800"}}', /^metadata must have texts/],
    ['a value that is a number', { metadata: { k: 5 } }, /^metadata must have texts/],
    ['a value that is null', { metadata: { k: null } }, /^metadata must have texts/],
    ['a value that is an object', { metadata: { k: { a: 'b' } } }, /^metadata must have texts/],
    ['metadata that is a list', { metadata: ['a'] }, /^metadata must be an object/],
    ['metadata that is a text', { metadata: 'a' }, /^metadata must be an object/],
    ['metadata that is null', { metadata: null }, /^metadata must be an object/],
    ['a key that would be lost', { metadata: { constructor: 'a' } }, /no field can be named/],
    ['an unknown field', { titel: 'a' }, /titel should not exist/],
  ];

  it.each(refused)('is neither opened nor changed with %s', async (_name, body, message) => {
    const conversation = await world().api.createConversation(NAMES_OF_REFUSED);
    const before = await query(world().database.url, 'select count(*) from conversations');

    for (const answer of [
      await world().api.post('/api/conversations', body),
      await patchRaw(conversation.id, body),
    ]) {
      expectError(answer, 400);
      expect([(answer.body as ErrorAnswer).message].flat().join()).toMatch(message);
    }

    expect(await query(world().database.url, 'select count(*) from conversations')).toEqual(before);
    expect(await world().api.conversation(conversation.id)).toEqual(conversation);
  });

  const NAMES_OF_REFUSED = { title: 'Unchanged', metadata: { a: 'b' } };

  async function patchRaw(id: string, body: object | string) {
    return world().api.send('PATCH', `/api/conversations/${id}`, {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }
});
