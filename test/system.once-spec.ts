import { beforeAll, describe, expect, it } from 'vitest';
import { DeliveryLogRepository } from '../src/events/delivery-log.repository.js';
import type { EventDeliveryListResponse } from '../src/events/event-deliveries.dto.js';
import type { SystemResponse } from '../src/system/system.dto.js';
import { AudioHost } from './support/audio-host.js';
import { EventsApi } from './support/events-api.js';
import { expectError } from './support/expect-error.js';
import { openSubmission } from './support/open-submission.js';
import { useOpenedDatabase } from './support/opened-database.js';
import { query } from './support/record.js';
import { plansOf } from './support/recorded-plans.js';
import { sharedWorld } from './support/shared-world.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const world = sharedWorld(() =>
  World.start({
    env: { CORRECTION_MODEL: 'gemini-3.8-flash, gemini-3.1-flash-lite', AUDIO_RETENTION_DAYS: '30' },
  }),
);

async function system(): Promise<SystemResponse> {
  const { status, body } = await world().api.get<SystemResponse>('/api/system');
  expect(status).toBe(200);
  return body;
}

describe('the system report', () => {
  it('has the settings of the service, without secrets', async () => {
    const report = await system();

    expect(report).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      role: 'all',
      queueEngine: 'postgres',
      strategy: 'webhook',
      provider: 'Dembrane-25-09',
      audioStore: 'folder',
      audioRetentionDays: 30,
    });
    for (const secret of [
      'a-key-of-the-tests',
      'a-secret-of-the-tests',
      'postgresql://',
      world().callbackUrl,
    ]) {
      expect(JSON.stringify(report)).not.toContain(secret);
    }
  });

  it('has the models in use, with their ends', async () => {
    expect((await system()).models).toContainEqual({
      variable: 'CORRECTION_MODEL',
      model: 'gemini-3.1-flash-lite',
      provider: 'gemini',
      closedToNewProjectsOn: null,
      endsOn: '2027-05-07',
      successor: 'gemini-3.5-flash-lite',
    });
  });

  it('has the readiness, every queue, and what is open', async () => {
    const host = await AudioHost.start();
    try {
      await openSubmission(world(), host);
      const report = await waitUntil(system, ({ queues }) =>
        (queues ?? []).some(({ name, delayed }) => name === 'transcription-check' && delayed > 0),
      );

      expect(report.readiness).toMatchObject({ status: 'ok', details: { database: { status: 'up' } } });
      expect(report.queues?.map(({ name }) => name)).toContain('event-delivery');
      expect(report.openSubmissions?.map(({ status, count }) => [status, count])).toEqual([
        ['created', 0],
        ['submitted', 1],
      ]);
      expect(report.lostCallbacks).toEqual([]);
    } finally {
      await host.stop();
    }
  });

  it('is answered while the database is down', async () => {
    const other = await World.start();
    await other.stopService();
    const { proxy, url } = await TcpProxy.start(other.database.url);
    await other.startService({ DATABASE_URL: url });
    try {
      await proxy.close();
      const { body } = await waitUntil(
        () => other.api.get<SystemResponse>('/api/system'),
        (answer) => answer.body.readiness.status === 'error',
      );
      expect(body).toMatchObject({
        readiness: { details: { database: { status: 'down' } } },
        openSubmissions: null,
        role: 'all',
      });
    } finally {
      await proxy.open();
      await other.stop();
      await proxy.close();
    }
  });
});

describe('the delivery log of all projects', () => {
  const path = '/api/event-deliveries';
  const read = async (parameters = ''): Promise<EventDeliveryListResponse> =>
    (await world().api.get<EventDeliveryListResponse>(`${path}?${parameters}`)).body;

  it('has the newest first, page by page, by state and project', async () => {
    const events = new EventsApi(() => world().api);
    const projects = [await events.createProject(), await events.createProject()];
    for (const projectId of projects) {
      await events.createEndpoint(projectId, { url: 'https://receiver.invalid/' });
      await world().api.createConversation({ projectId });
    }
    const [older = '', newer = ''] = projects;

    const all = await read();
    expect(all.data.map(({ projectId }) => projectId)).toEqual([newer, older]);
    expect(all.nextCursor).toBeNull();
    const first = await read('limit=1');
    const second = await read(`limit=1&cursor=${first.nextCursor ?? ''}`);
    expect([first.data, second.data].map((data) => data.map(({ id }) => id))).toEqual(
      all.data.map(({ id }) => [id]),
    );
    expect(second.nextCursor).toBeNull();
    expect((await read(`projectId=${older}`)).data.map(({ projectId }) => projectId)).toEqual([older]);
    expect((await read('status=pending')).data).toHaveLength(2);
    expect((await read('status=delivered')).data).toEqual([]);
  });

  it.each(['limit=0', 'limit=101', 'cursor=abc', 'status=lost', 'projectId=5', 'endpointId=5', 'after=5'])(
    'is refused with %s',
    async (parameters) => {
      expectError(await world().api.get(`${path}?${parameters}`), 400);
    },
  );

  const opened = useOpenedDatabase();

  beforeAll(async () => {
    await query(
      opened().url,
      `with project as (insert into projects (id, name) select gen_random_uuid(), 'p' from generate_series(1, 20) returning id),
      conversation as (
        insert into conversations (id, project_id, redact_pii, anonymize) select gen_random_uuid(), id, false, false from project
        returning id, project_id
      ),
      endpoint as (
        insert into event_endpoints (id, project_id, url, secret) select gen_random_uuid(), id, 'https://a.example', 's' from project
        returning id, project_id
      ),
      event as (
        insert into events (id, project_id, conversation_id, type, data)
        select gen_random_uuid(), project_id, id, 'chunk.failed', '{}' from conversation, generate_series(1, 200)
        returning id, project_id
      )
      insert into event_deliveries (id, event_id, endpoint_id, project_id, status, next_attempt_at, expires_at)
      select gen_random_uuid(), event.id, endpoint.id, project_id, 'delivered', null, now()
      from event join endpoint using (project_id)`,
    );
    await query(opened().url, 'vacuum analyze');
  });

  it.each([
    [{}, 'event_deliveries_pkey'],
    [{ status: 'exhausted' as const }, 'event_deliveries_by_status'],
    [{ projectId: UNKNOWN_ID }, 'event_deliveries_by_project'],
    [{ status: 'exhausted' as const, projectId: UNKNOWN_ID }, 'event_deliveries_by_'],
  ])('is read by an index: %j', async (filter, index) => {
    const [plan] = await plansOf(
      opened(),
      (database) => new DeliveryLogRepository(database).ofAll(filter, { limit: 51, afterId: UNKNOWN_ID }),
      { areTablesSmall: true },
    );
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan on event_deliveries/);
  });
});
