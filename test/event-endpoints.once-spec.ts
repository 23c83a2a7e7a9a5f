import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError } from './support/expect-error.js';
import { EventsApi } from './support/events-api.js';
import { World } from './support/test-service.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const URL_OUTSIDE = 'https://receiver.example.org/events';

describe('the endpoints of a project', () => {
  let world: World;
  let events: EventsApi;
  let projectId: string;

  beforeAll(async () => {
    world = await World.start();
    events = new EventsApi(() => world.api);
    projectId = await events.createProject();
  });

  afterAll(async () => {
    await world.stop();
  });

  const endpoints = (id = projectId) => `/api/projects/${id}/event-endpoints`;

  it('show their secret when they are made, and never again', async () => {
    const { secret, ...shown } = await events.createEndpoint(projectId, {
      url: URL_OUTSIDE,
      types: ['chunk.failed'],
    });

    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(shown).toMatchObject({ projectId, url: URL_OUTSIDE, types: ['chunk.failed'], status: 'enabled' });
    expect((await world.api.get(endpoints())).body).toEqual([shown]);
    const patched = await world.api.patch(`${endpoints()}/${shown.id}`, { types: null });
    expect(patched).toMatchObject({ status: 200, body: { id: shown.id, types: null } });
    expect(JSON.stringify(patched.body)).not.toContain('whsec_');
  });

  it.each([
    [{}, /url/],
    [{ url: 'receiver' }, /url must be an http or https URL/],
    [{ url: 'ftp://receiver.example.org' }, /url must be/],
    [{ url: 'https://user:word@receiver.example.org' }, /without a user name/],
    [{ url: 'http://127.0.0.1:8080' }, /must not lead to a private address.*ALLOWED_PRIVATE_NETWORKS/],
    [{ url: 'http://0x7f000001/' }, /url must/],
    [{ url: 'http://169.254.169.254/latest/meta-data' }, /private address/],
    [{ url: 'http://[::1]/' }, /private address/],
    [{ url: 'http://[::ffff:10.0.0.1]/' }, /private address/],
    [{ url: `https://receiver.example.org/${'x'.repeat(3_000)}` }, /url/],
    [{ url: 5 }, /url/],
    [{ url: URL_OUTSIDE, types: [] }, /types/],
    [{ url: URL_OUTSIDE, types: ['chunk.failed', 'chunk.failed'] }, /types/],
    [{ url: URL_OUTSIDE, types: ['chunk.completed'] }, /each of types must be one of conversation.started/],
    [{ url: URL_OUTSIDE, types: 'chunk.failed' }, /types/],
    [{ url: URL_OUTSIDE, secret: 'whsec_mine' }, /secret should not exist/],
  ])('are not created from %j', async (settings, problem) => {
    const answer = await world.api.post<{ message: string[] }>(endpoints(), settings);

    expectError(answer, 400);
    expect(answer.body.message.join('\n')).toMatch(problem);
  });

  it('are ten at most, however many are created at once', async () => {
    const id = await events.createProject();
    const answers = await Promise.all(
      Array.from({ length: 14 }, (_, index) =>
        world.api.post(endpoints(id), { url: `${URL_OUTSIDE}/${index}` }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();

    expect(statuses).toEqual([...Array<number>(10).fill(201), ...Array<number>(4).fill(409)]);
    const [made] = answers.filter(({ status }) => status === 201) as { body: { id: string } }[];
    const [full] = answers.filter(({ status }) => status === 409);
    expect(full?.body).toMatchObject({ message: expect.stringContaining('delete one first') as unknown });
    expect((await world.api.send('DELETE', `${endpoints(id)}/${made?.body.id ?? ''}`, {})).status).toBe(204);
    expect((await world.api.post(endpoints(id), { url: URL_OUTSIDE })).status).toBe(201);
  });

  it('belong to one project, and are gone when they are deleted', async () => {
    const other = await events.createProject();
    const { id } = await events.createEndpoint(projectId, { url: URL_OUTSIDE });
    const strangers: [method: string, path: string, body?: object][] = [
      ['PATCH', `${endpoints(other)}/${id}`, { enabled: false }],
      ['POST', `${endpoints(other)}/${id}/rotate-secret`],
      ['DELETE', `${endpoints(other)}/${id}`],
    ];
    const ask = (method: string, path: string, body?: object) =>
      world.api.send(method, path, {
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
    for (const [method, path, body] of strangers) expectError(await ask(method, path, body), 404);

    expect((await ask('DELETE', `${endpoints()}/${id}`)).status).toBe(204);
    for (const [method, path, body] of strangers) {
      expectError(await ask(method, path.replace(other, projectId), body), 404);
    }
    expect(JSON.stringify((await world.api.get(endpoints())).body)).not.toContain(id);
  });

  it.each([
    ['POST', endpoints(UNKNOWN_ID), { url: URL_OUTSIDE }],
    ['GET', endpoints(UNKNOWN_ID)],
    ['GET', `/api/projects/${UNKNOWN_ID}/event-deliveries`],
    ['GET', `/api/event-deliveries/${UNKNOWN_ID}`],
    ['POST', `/api/event-deliveries/${UNKNOWN_ID}/resend`],
  ] as [string, string, object?][])(
    'answer 404 where they do not exist: %s %s',
    async (method, path, body) => {
      const init =
        body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };

      expectError(await world.api.send(method, path, init), 404);
    },
  );

  it.each(['?status=lost', '?limit=0', '?limit=201', '?after=x', '?endpointId=x', '?type=all'])(
    'have a delivery log that refuses %s',
    async (query) => {
      expectError(await world.api.get(`/api/projects/${projectId}/event-deliveries${query}`), 400);
    },
  );

  it('have a delivery log in pages, newest first', async () => {
    const id = await events.createProject();
    await events.createEndpoint(id, { url: 'https://receiver.invalid/' });
    const made: string[] = [];
    for (let number = 0; number < 5; number += 1) {
      made.push((await world.api.createConversation({ projectId: id })).id);
    }
    const seen: unknown[] = [];
    let query = '?limit=2';
    for (;;) {
      const { body } = await world.api.get<{
        deliveries: { data: { conversationId: string } }[];
        nextAfter: string | null;
      }>(`/api/projects/${id}/event-deliveries${query}`);
      seen.push(...body.deliveries.map(({ data }) => data.conversationId));
      if (body.nextAfter === null) break;
      query = `?limit=2&after=${body.nextAfter}`;
    }

    expect(seen).toEqual(made.reverse());
  });
});
