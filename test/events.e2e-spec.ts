import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { EventEndpointWithSecretResponse } from '../src/events/event-endpoints.dto.js';
import { EventReceiver, type ReceivedEvent } from './support/event-receiver.js';
import { EventsApi } from './support/events-api.js';
import { query } from './support/record.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';
import { wipeQueues } from './support/wipe-queues.js';

const TOO_SHORT = 'Audio duration is too short.';

describe('the events of a project', () => {
  let world: World;
  let events: EventsApi;
  let receiver: EventReceiver;
  let projectId: string;
  let endpoint: EventEndpointWithSecretResponse;

  beforeAll(async () => {
    world = await World.start({ env: { ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8' } });
    events = new EventsApi(() => world.api);
  });

  afterAll(async () => {
    await world.stop();
  });

  beforeEach(async () => {
    await world.simulator.reset();
    receiver = await EventReceiver.start();
    projectId = await events.createProject();
    endpoint = await events.createEndpoint(projectId, { url: receiver.url });
  });

  afterEach(async () => {
    // No delivery of this test may reach the next one.
    await world.api.send('DELETE', path(), {});
    await receiver.down();
  });

  const path = () => `/api/projects/${projectId}/event-endpoints/${endpoint.id}`;
  const start = () => world.api.createConversation({ projectId });
  const verify = ({ raw, headers }: ReceivedEvent, secret = endpoint.secret) =>
    new Webhook(secret).verify(raw, headers);

  /** Runs a conversation with a transcribed and a failed chunk up to its summary. */
  async function wholeConversation(): Promise<{ conversationId: string; failedChunkId: string }> {
    const { id } = await start();
    const good = await world.api.addChunk(id);
    await world.api.settledChunk(good.id);
    world.simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: TOO_SHORT },
      times: 1,
    });
    const failed = await world.api.addChunk(id);
    await world.api.settledChunk(failed.id);
    await world.api.finish(id);
    await world.api.summarizedConversation(id);
    return { conversationId: id, failedChunkId: failed.id };
  }

  it('report each change of a conversation once, with ids and states, signed as the official verifier accepts', async () => {
    const { conversationId, failedChunkId } = await wholeConversation();
    await receiver.receives(4);
    const log = await events.logUntil(projectId, (all) => all.every(({ status }) => status === 'delivered'));

    const dataByType = Object.fromEntries(receiver.received.map(({ body }) => [body.type, body.data]));
    expect(dataByType).toEqual({
      'conversation.started': { conversationId, projectId, status: 'open' },
      'chunk.failed': {
        ...{ chunkId: failedChunkId, conversationId, projectId },
        ...{ status: 'failed', errorCode: 'no_speech', attempt: 1 },
      },
      'conversation.transcribed': {
        conversationId,
        projectId,
        status: 'finalized',
        revision: 1,
        failedChunks: 1,
      },
      'conversation.summarized': {
        conversationId,
        projectId,
        status: 'finalized',
        revision: 1,
        failedChunks: 1,
      },
    });
    expect(receiver.received).toHaveLength(4);
    for (const event of receiver.received) {
      expect(verify(event)).toEqual(event.body);
      expect(Date.parse(event.body.timestamp)).not.toBeNaN();
      expect(event.headers['content-type']).toBe('application/json');
    }
    expect(log.map(({ eventId }) => eventId).sort()).toEqual(receiver.received.map(({ id }) => id).sort());
    for (const { attempts, deliveredAt, nextAttemptAt } of log) {
      expect(attempts).toMatchObject([{ number: 1, responseStatus: 204, error: null }]);
      expect([typeof deliveredAt, nextAttemptAt]).toEqual(['string', null]);
    }
  });

  it('hold no text of a recording, nor does the log of their deliveries', async () => {
    world.simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', text: 'the treasurer said that nothing was left' },
      times: 1,
    });
    await wholeConversation();
    await receiver.receives(4);
    const log = await events.log(projectId);
    const stored = await query(
      world.database.url,
      'select e::text, d::text, a::text from events e, event_deliveries d, event_attempts a',
    );

    for (const text of ['treasurer', 'not for anybody']) {
      expect(JSON.stringify([receiver.received, log, stored])).not.toContain(text);
    }
  });

  it('all reach a receiver that was down for an hour, as the log shows, each attempt with its own signature', async () => {
    await receiver.down();
    const conversations = [await start(), await start(), await start()];
    await events.logUntil(
      projectId,
      (log) => log.length === 3 && log.every(({ attempts }) => attempts.length >= 2),
    );
    await letAnHourPass();
    await receiver.up();
    const log = await events.logUntil(projectId, (all) => all.every(({ status }) => status === 'delivered'));

    expect(log.map(({ data }) => (data as { conversationId: string }).conversationId).sort()).toEqual(
      conversations.map(({ id }) => id).sort(),
    );
    for (const { eventId, attempts, createdAt, deliveredAt } of log) {
      const refused = attempts.slice(0, -1);
      expect(refused.length).toBeGreaterThanOrEqual(2);
      for (const { responseStatus, error } of refused) {
        expect([responseStatus, error]).toEqual([null, 'no connection (ECONNREFUSED)']);
      }
      expect(attempts.at(-1)).toMatchObject({ responseStatus: 204, error: null });
      expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1));
      expect(Date.parse(deliveredAt ?? '') - Date.parse(createdAt)).toBeGreaterThanOrEqual(3_600_000);
      const arrived = receiver.received.filter(({ id }) => id === eventId);
      expect(arrived).toHaveLength(1);
      for (const event of arrived) expect(verify(event)).toEqual(event.body);
    }
  });

  /** Moves everything that has happened to this project's events an hour into the past. */
  async function letAnHourPass(): Promise<void> {
    const back = (table: string, columns: readonly string[], where: string) =>
      query(
        world.database.url,
        `update ${table} set ${columns.map((column) => `${column} = ${column} - interval '1 hour'`).join(', ')} where ${where}`,
        [projectId],
      );
    await back('events', ['created_at'], 'project_id = $1');
    await back('event_deliveries', ['created_at', 'expires_at', 'next_attempt_at'], 'project_id = $1');
    await back(
      'event_attempts',
      ['created_at'],
      'delivery_id in (select id from event_deliveries where project_id = $1)',
    );
  }

  it.each([301, 400, 401, 404, 429, 500])(
    'are sent again under the same id after %i, until they are accepted',
    async (status) => {
      receiver.answer = { status, headers: { location: `${receiver.url}/elsewhere` } };
      await start();
      await receiver.receives(2);
      receiver.answer = { status: 200 };
      const [delivery] = await events.logUntil(projectId, ([first]) => first?.status === 'delivered');

      expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set([delivery?.eventId]));
      expect(delivery?.attempts[0]).toMatchObject({ responseStatus: status });
      for (const event of receiver.received) expect(verify(event)).toEqual(event.body);
    },
  );

  it('are not sent after a 410, which disables the endpoint, until it is enabled again', async () => {
    receiver.answer = { status: 500 };
    await start();
    await receiver.receives(1);
    receiver.answer = { status: 410 };
    await start();
    const log = await events.logUntil(projectId, (all) => all.every(({ status }) => status === 'canceled'));
    const before = receiver.received.length;
    await start();
    const list = await world.api.get(`/api/projects/${projectId}/event-endpoints`);

    expect(log).toHaveLength(2);
    expect(list.body).toMatchObject([
      { status: 'disabled', disabledReason: expect.stringContaining('410') as unknown },
    ]);
    expect((await world.api.post(`/api/event-deliveries/${log[0]?.id ?? ''}/resend`)).status).toBe(409);

    receiver.answer = { status: 200 };
    expect((await world.api.patch(path(), { enabled: true })).body).toMatchObject({
      status: 'enabled',
      disabledReason: null,
    });
    const { id } = await start();
    const [next] = (await receiver.receives(before + 1)).slice(before);
    expect(next?.body.data).toMatchObject({ conversationId: id });
    expect(await events.log(projectId)).toHaveLength(3);
  });

  it('are given up after a day, as the log shows, and can be sent again', async () => {
    receiver.answer = { status: 503 };
    await start();
    await receiver.receives(1);
    await query(
      world.database.url,
      `update event_deliveries set expires_at = now(), next_attempt_at = now() where status = 'pending'`,
    );
    const [given] = await waitUntil(
      () => events.log(projectId, '?status=exhausted'),
      ({ length }) => length === 1,
    );
    expect(given).toMatchObject({ nextAttemptAt: null, deliveredAt: null });

    receiver.answer = { status: 200 };
    const resent = await world.api.post(`/api/event-deliveries/${given?.id ?? ''}/resend`);
    expect(resent).toMatchObject({ status: 202, body: { id: given?.id, eventId: given?.eventId } });
    const [delivery] = await events.logUntil(projectId, ([first]) => first?.status === 'delivered');
    expect(delivery?.attempts.length).toBe((given?.attempts.length ?? 0) + 1);
    expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set([given?.eventId]));

    await world.api.post(`/api/event-deliveries/${given?.id ?? ''}/resend`);
    await receiver.receives((delivery?.attempts.length ?? 0) + 1);
    expect(verify(receiver.received.at(-1) as ReceivedEvent)).toBeDefined();
  });

  it('are signed by the new secret and the one before for a day, and then by the new one alone', async () => {
    const rotated = await world.api.post<{ secret: string }>(`${path()}/rotate-secret`);
    expect(rotated.status).toBe(200);
    await start();
    const [during] = await receiver.receives(1);
    await query(
      world.database.url,
      'update event_endpoints set previous_secret_expires_at = now() where previous_secret is not null',
    );
    await start();
    const [, after] = await receiver.receives(2);
    if (during === undefined || after === undefined) throw new Error('two events were expected');

    for (const secret of [endpoint.secret, rotated.body.secret]) expect(verify(during, secret)).toBeDefined();
    expect(verify(after, rotated.body.secret)).toBeDefined();
    expect(() => verify(after)).toThrow(WebhookVerificationError);
  });

  it('are only of the types that the endpoint wants', async () => {
    await world.api.patch(path(), { types: ['conversation.transcribed'] });
    await wholeConversation();
    await receiver.receives(1);
    const log = await events.log(projectId);

    expect(log.map(({ type }) => type)).toEqual(['conversation.transcribed']);
    expect(receiver.received.map(({ body }) => body.type)).toEqual(['conversation.transcribed']);
  });

  it('go to each endpoint separately, and stop for one that is deleted', async () => {
    const other = await EventReceiver.start();
    try {
      other.answer = { status: 500 };
      const second = await events.createEndpoint(projectId, { url: other.url });
      await start();
      await Promise.all([receiver.receives(1), other.receives(2)]);
      const deleted = await world.api.send(
        'DELETE',
        `/api/projects/${projectId}/event-endpoints/${second.id}`,
        {},
      );
      expect(deleted.status).toBe(204);
      const log = await events.log(projectId);

      expect(new Set(log.map(({ eventId }) => eventId)).size).toBe(1);
      expect(Object.fromEntries(log.map(({ endpointId, status }) => [endpointId, status]))).toEqual({
        [endpoint.id]: 'delivered',
        [second.id]: 'canceled',
      });
      expect(() => verify(other.received[0] as ReceivedEvent)).toThrow(WebhookVerificationError);
      expect(verify(other.received[0] as ReceivedEvent, second.secret)).toBeDefined();
      const secrets = await query(
        world.database.url,
        'select secret, previous_secret from event_endpoints where id = $1',
        [second.id],
      );
      expect(secrets).toEqual([{ secret: null, previous_secret: null }]);
    } finally {
      await other.down();
    }
  });

  it('are created again for a chunk that failed again, and for a new merge', async () => {
    const { conversationId, failedChunkId } = await wholeConversation();
    await receiver.receives(4);
    world.simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: TOO_SHORT },
      times: 1,
    });
    await world.api.post(`/api/transcription/chunks/${failedChunkId}`);
    await receiver.receives(7);

    expect(receiver.of('chunk.failed').map(({ body }) => body.data.attempt)).toEqual([1, 2]);
    expect(receiver.of('conversation.transcribed').map(({ body }) => body.data)).toMatchObject([
      { conversationId, revision: 1 },
      { conversationId, revision: 2 },
    ]);
    expect(receiver.of('conversation.summarized')).toHaveLength(2);
  });

  it('lead to no row and no job where no endpoint wants them', async () => {
    const withoutEndpoint = await events.createProject();
    const count = async () => {
      const [row] = await query<{ count: number }>(
        world.database.url,
        'select (select count(*) from events)::int + (select count(*) from event_deliveries)::int as count',
      );
      return row?.count;
    };
    const before = await count();
    for (const settings of [{}, { projectId: withoutEndpoint }]) {
      const { id } = await world.api.createConversation(settings);
      world.simulator.faults.add({
        operation: 'submit',
        effect: { kind: 'outcome', status: 'error', error: TOO_SHORT },
        times: 1,
      });
      await world.api.settledChunk((await world.api.addChunk(id)).id);
      await world.api.finish(id);
      await world.api.finalizedConversation(id);
    }

    expect(await count()).toBe(before);
    expect(await events.log(withoutEndpoint)).toEqual([]);
  });

  it('exist exactly when the change that they report exists', async () => {
    await query(
      world.database.url,
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
       create trigger refuse before insert on event_deliveries for each row execute function refuse()`,
    );
    const conversations = () => query(world.database.url, 'select id from conversations');
    const before = (await conversations()).length;
    const refused = await world.api.post('/api/conversations', { projectId });
    await query(world.database.url, 'drop trigger refuse on event_deliveries; drop function refuse');

    expect(refused.status).toBe(500);
    expect((await conversations()).length).toBe(before);
    expect(
      await query(world.database.url, 'select id from events where project_id = $1', [projectId]),
    ).toEqual([]);
  });

  it('are never sent to a private address that is not allowed, and their log says so', async () => {
    const { id } = await events.createEndpoint(projectId, {
      url: receiver.url.replace('127.0.0.1', 'localhost'),
    });
    await world.stopService();
    await world.startService({ ALLOWED_PRIVATE_NETWORKS: '' });
    try {
      const direct = await world.api.post(`/api/projects/${projectId}/event-endpoints`, {
        url: receiver.url,
      });
      expect(direct).toMatchObject({
        status: 400,
        body: { message: [expect.stringContaining('ALLOWED_PRIVATE_NETWORKS')] },
      });
      await start();
      const log = await events.logUntil(projectId, (all) =>
        all.some(({ endpointId, attempts }) => endpointId === id && attempts.length > 0),
      );
      const attempts = log.flatMap((delivery) => delivery.attempts);
      for (const { responseStatus, error } of attempts) {
        expect([responseStatus, error]).toEqual([null, expect.stringContaining('ALLOWED_PRIVATE_NETWORKS')]);
      }
      expect(receiver.received).toEqual([]);
    } finally {
      await world.stopService();
      await world.startService();
    }
  });

  it('are queued again by the reconciler when their jobs are lost', async () => {
    receiver.answer = { status: 500 };
    await start();
    await receiver.receives(1);
    await world.stopService();
    await wipeQueues(world);
    receiver.answer = { status: 200 };
    await world.startService();
    const [delivery] = await events.logUntil(projectId, ([first]) => first?.status === 'delivered');

    expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set([delivery?.eventId]));
  });
});
