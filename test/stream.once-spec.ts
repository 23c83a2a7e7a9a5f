import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChangesRepository } from '../src/stream/changes.repository.js';
import { AudioHost } from './support/audio-host.js';
import { EventStream, type StreamEvent } from './support/event-stream.js';
import { openSubmission } from './support/open-submission.js';
import { query } from './support/record.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

let world: World;
let host: AudioHost;
const open: EventStream[] = [];

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const stream of open.splice(0)) stream.close();
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

async function listen(search = '', lastEventId?: string): Promise<EventStream> {
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const stream = await EventStream.open(`${world.api.url}/api/stream${search}`, headers);
  open.push(stream);
  return stream;
}

const has = (wanted: Record<string, unknown>) => (events: readonly StreamEvent[]) =>
  events.some(({ data }) => Object.entries(wanted).every(([name, value]) => data[name] === value));

/** Makes a change that everybody with this filter gets, as proof that nothing else came before. */
async function lastConversation(settings: object = {}): Promise<string> {
  return (await world.api.createConversation(settings)).id;
}

describe('the stream of changes', () => {
  it('tells the states of chunks and conversations in their order, and no text', async () => {
    const project = await world.api.post<{ id: string }>('/api/projects', { name: 'A project' });
    const projectId = project.body.id;
    const stream = await listen();

    const { conversationId, chunk, transcriptId } = await openSubmission(world, host, { projectId });
    await stream.until(has({ chunkId: chunk.id, status: 'transcribing' }));
    await world.simulator.assemblyai.finish(transcriptId);
    const settled = await world.api.settledChunk(chunk.id);
    await stream.until(has({ chunkId: chunk.id, status: 'completed' }));
    await world.api.finish(conversationId);
    await world.api.finalizedConversation(conversationId);
    const events = await stream.until(
      has({ conversationId, status: 'finalized', summaryStatus: 'completed' }),
    );

    expect(settled.transcript).toMatch(/\S/);
    expect(JSON.stringify(events)).not.toContain(settled.transcript);
    const states = events.filter(({ event }) => event === 'chunk').map(({ data }) => data.status);
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual(
      ['queued', 'transcribing', 'correcting', 'completed'].filter((state) => states.includes(state)),
    );
    expect(events.find(({ event }) => event === 'chunk')).toEqual({
      id: expect.stringMatching(/^\d+-\d+$/) as unknown,
      event: 'chunk',
      data: {
        conversationId,
        projectId,
        chunkId: chunk.id,
        status: expect.any(String) as unknown,
        position: 0,
        revision: expect.any(Number) as unknown,
      },
    });
    expect(events.at(-1)).toEqual({
      id: expect.stringMatching(/^\d+-\d+$/) as unknown,
      event: 'conversation',
      data: { conversationId, projectId, status: 'finalized', summaryStatus: 'completed', revision: 1 },
    });
  });

  it('is never cached, collected by a proxy, or of another type', async () => {
    const { response } = await listen();

    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const head = await fetch(`${world.api.url}/api/stream`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
  });

  it('holds back what the client does not want', async () => {
    const projectId = (await world.api.post<{ id: string }>('/api/projects', { name: 'A project' })).body.id;
    const mine = await lastConversation({ projectId });
    const ofProject = await listen(`?projectId=${projectId}`);
    const ofConversation = await listen(`?conversationId=${mine}`);
    const ofBoth = await listen(`?projectId=${projectId}&conversationId=${mine}`);
    const ofNothing = await listen(`?projectId=${projectId}&conversationId=${UNKNOWN_ID}`);
    const everything = await listen();

    const other = await lastConversation();
    const sibling = await lastConversation({ projectId });
    await world.api.finish(mine);
    await everything.until(has({ conversationId: mine, status: 'finalized' }));

    const conversations = ({ events }: EventStream) => new Set(events.map(({ data }) => data.conversationId));
    expect(conversations(everything)).toEqual(new Set([other, sibling, mine]));
    for (const stream of [ofProject, ofConversation, ofBoth]) {
      await stream.until(has({ conversationId: mine, status: 'finalized' }));
    }
    expect(conversations(ofProject)).toEqual(new Set([sibling, mine]));
    expect(conversations(ofConversation)).toEqual(new Set([mine]));
    expect(conversations(ofBoth)).toEqual(new Set([mine]));
    expect(ofNothing.events).toEqual([]);
  });

  it.each(['header', 'query'])('goes on where the client left, named in the %s', async (where) => {
    const first = await listen();
    const seen = await lastConversation();
    const [event] = await first.until(has({ conversationId: seen }));
    first.close();
    const missed = [await lastConversation(), await lastConversation(), await lastConversation()];

    const again =
      where === 'header' ? await listen('', event?.id) : await listen(`?lastEventId=${event?.id ?? ''}`);
    const later = await lastConversation();
    const events = await again.until(has({ conversationId: later }));

    expect(events.map(({ data }) => data.conversationId)).toEqual([...missed, later]);
    expect(new Set(events.map(({ event: kind }) => kind))).toEqual(new Set(['conversation']));
  });

  it('goes on from the start of a stream that has had no event, and from after the last one', async () => {
    const silent = await listen();
    const from = silent.lastEventId;
    const missed = await lastConversation();
    const [event] = await silent.until(has({ conversationId: missed }));

    const fromStart = await listen('', from);
    const fromEnd = await listen('', event?.id);
    const later = await lastConversation();

    expect(
      (await fromStart.until(has({ conversationId: later }))).map(({ data }) => data.conversationId),
    ).toEqual([missed, later]);
    expect(
      (await fromEnd.until(has({ conversationId: later }))).map(({ data }) => data.conversationId),
    ).toEqual([later]);
  });

  it('starts now for a client that names no event', async () => {
    const before = await listen();
    await before.until(has({ conversationId: await lastConversation() }));
    const stream = await listen();
    const later = await lastConversation();

    expect(
      (await stream.until(has({ conversationId: later }))).map(({ data }) => data.conversationId),
    ).toEqual([later]);
  });

  it('tells of a deletion once, and to which project it belonged', async () => {
    const projectId = (await world.api.post<{ id: string }>('/api/projects', { name: 'A project' })).body.id;
    const id = await lastConversation({ projectId });
    const chunk = await world.api.addChunk(id);
    await world.api.settledChunk(chunk.id);
    const stream = await listen(`?projectId=${projectId}`);

    await world.api.send('DELETE', `/api/conversations/${id}`, {});
    const later = await lastConversation({ projectId });
    const events = await stream.until(has({ conversationId: later }));

    const deleted = events.filter(({ data }) => data.status === 'deleted');
    expect(deleted).toEqual([
      expect.objectContaining({
        event: 'conversation',
        data: { conversationId: id, projectId, status: 'deleted', summaryStatus: null, revision: null },
      }),
    ]);
    expect(events.indexOf(deleted[0] as StreamEvent)).toBe(events.length - 2);
  });

  it.each<[string, () => Promise<string>]>([
    [
      'of which the changes were removed',
      async () => {
        const stream = await listen();
        const old = await lastConversation();
        const [event] = await stream.until(has({ conversationId: old }));
        for (let count = 0; count < 3; count += 1) await lastConversation();
        await query(world.database.url, `update changes set created_at = now() - interval '2 hours'`);
        await lastConversation();
        const repository = spiedRepository();
        await lastConversation();
        await (await repository).removeOld({ keepMs: 3_600_000, limit: 5_000 });
        return event?.id ?? '';
      },
    ],
    ['of another life of the database', () => Promise.resolve('900000000000-1')],
  ])('tells a client to load everything again that names an event %s', async (_what, nameEvent) => {
    const stream = await listen('', await nameEvent());
    const later = await lastConversation();
    const events = await stream.until(has({ conversationId: later }));

    expect(events[0]).toMatchObject({ event: 'reset', data: {} });
    expect(events.at(-1)).toMatchObject({ event: 'conversation', data: { conversationId: later } });
  });

  it('refuses a malformed id, and unknown parameters', async () => {
    const refused = await Promise.all([
      world.api.get('/api/stream', { 'last-event-id': 'x' }),
      world.api.get('/api/stream?lastEventId=1-'),
      world.api.get(`/api/stream?lastEventId=${'9'.repeat(19)}-1`),
      world.api.get('/api/stream?projectId=x'),
      world.api.get('/api/stream?conversation=x'),
    ]);

    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect(JSON.stringify(refused.map(({ body }) => body))).toMatch(
      /Last-Event-ID must.*lastEventId must.*lastEventId must.*projectId must.*conversation should not exist/,
    );
  });
});

/** Returns the repository of the running service, once it has been used. */
async function spiedRepository(): Promise<ChangesRepository> {
  const page = vi.spyOn(ChangesRepository.prototype, 'page');
  const [repository] = await waitUntil(
    () => Promise.resolve(page.mock.contexts as ChangesRepository[]),
    ({ length }) => length > 0,
  );
  if (repository === undefined) throw new Error('nothing was read');
  return repository;
}

describe('many streams of a process', () => {
  it('share one reader, which reads each change once, and stops without them', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => listen()));
    const page = vi.spyOn(ChangesRepository.prototype, 'page');
    const id = await lastConversation();
    await Promise.all(clients.map((client) => client.until(has({ conversationId: id }))));

    const pages = await Promise.all(page.mock.results.map(({ value }) => value as ReturnType<typeof page>));
    const holding = pages.filter(({ changes }) =>
      changes.some(({ conversationId }) => conversationId === id),
    );
    expect(holding).toHaveLength(1);
    expect(await world.api.metric('ringback_stream_clients')).toBe(50);

    for (const client of clients) client.close();
    await waitUntil(
      () => world.api.metric('ringback_stream_clients'),
      (count) => count === 0,
    );
  });

  it('end at once when the service stops', async () => {
    const clients = await Promise.all([listen(), listen()]);
    const stopped = world.stopService();
    for (const client of clients) await client.ended();
    await stopped;
    await world.startService();
  });
});
