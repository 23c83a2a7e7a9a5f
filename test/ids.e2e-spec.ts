import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AudioHost } from './support/audio-host.js';
import { deleted, DELETION_ENV, remove } from './support/deleted-conversation.js';
import { EventsApi } from './support/events-api.js';
import { openSubmission } from './support/open-submission.js';
import { openQueue } from './support/queue-access.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';

interface Schema {
  $ref?: string;
  format?: string;
  required?: string[];
  properties?: Record<string, Schema & { example?: unknown }>;
}

interface Operation {
  parameters?: { name: string; in: string; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface Route {
  method: string;
  path: string;
  operation: Operation;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

let world: World;
/** Revision of the chunk's text. */
let revision: number;
let host: AudioHost;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start({ env: DELETION_ENV }), AudioHost.start()]);
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

describe('an id that is written in capital letters', () => {
  it('means the same on every route, in paths, queries and bodies, and is returned as the record has it', async () => {
    const document = (await world.api.get<Document>('/docs-json')).body;
    const ids = await makeOneOfEach();
    for (const route of inOrder(document)) {
      const { method, path, body } = requestOf(route, { ids, document });
      const answer = await world.api.send(method, path, {
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = JSON.stringify(answer.body);
      expect([`${method} ${path}`, answer.status < 400 || answer.status === 409 ? 'found' : text]).toEqual([
        `${method} ${path}`,
        'found',
      ]);
      for (const id of Object.values(ids)) expect(text).not.toContain(id.toUpperCase());
    }
  });

  it('leaves no recording behind when its conversation is deleted', async () => {
    const { id } = await world.api.createConversation();
    const chunk = await world.api.addChunk(id.toUpperCase());
    await world.api.settledChunk(chunk.id);
    expect(await filesOf(chunk.id)).toHaveLength(1);

    expect((await remove(world.api, id.toUpperCase())).body.conversationId).toBe(id);

    await deleted(world.api, id);
    expect(await filesOf(chunk.id)).toEqual([]);
  });

  it('leads to one check per submission, however often and however spelled its callbacks name it', async () => {
    const { submission, transcriptId } = await openSubmission(world, host);
    const spellings = Array.from(
      { length: 8 },
      (_, index) => `${submission.slice(0, index)}${submission.slice(index).toUpperCase()}`,
    );
    for (const spelling of spellings) {
      const answer = await world.callback(
        { transcript_id: transcriptId, status: 'completed' },
        { submission: spelling },
      );
      expect(answer.status).toBe(200);
    }
    const queue = openQueue('check', { databaseUrl: world.database.url, redisUrl: world.redis?.url });
    try {
      const jobs = await queue.getJobs();
      const ofIt = jobs.map(({ id }) => id ?? '').filter((id) => id.toLowerCase().includes(submission));
      expect(ofIt.filter((id) => !id.includes(submission))).toEqual([]);
    } finally {
      await queue.close();
    }
    await world.simulator.assemblyai.finish(transcriptId);
  });
});

async function filesOf(chunkId: string): Promise<string[]> {
  return (await storedFiles(world.dataDir)).filter((file) => file.includes(chunkId));
}

/** Makes one of everything that has an id, by the names of these ids in paths and fields. */
async function makeOneOfEach(): Promise<Record<string, string>> {
  const events = new EventsApi(() => world.api);
  const projectId = await events.createProject();
  const endpoint = await events.createEndpoint(projectId, { url: 'https://receiver.invalid/' });
  const { id: conversationId } = await world.api.createConversation({ projectId });
  const { id: chunkId } = await world.api.addChunk(conversationId);
  ({ revision } = await world.api.settledChunk(chunkId));
  const [delivery] = await events.logUntil(projectId, ({ length }) => length > 0);
  return { projectId, endpointId: endpoint.id, conversationId, chunkId, deliveryId: delivery?.id ?? '' };
}

/**
 * Sorts routes: those that end a thing come late, and those that report a deletion last. The
 * callback and resumable uploads are left out, as they have tests of their own.
 */
function inOrder({ paths }: Document): Route[] {
  const rank = ({ method, path }: Route): number => {
    if (path.endsWith('/deletion')) return 3;
    if (method === 'delete') return 2;
    return path.endsWith('/finish') ? 1 : 0;
  };
  return Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method, path, operation })),
    )
    .filter(({ path }) => path.startsWith('/api/') && !/^\/api\/(?:webhooks|uploads)\b/.test(path))
    .sort((one, other) => rank(one) - rank(other));
}

function requestOf(
  { method, path, operation }: Route,
  { ids, document }: { ids: Record<string, string>; document: Document },
): { method: string; path: string; body?: object } {
  const idOf = (name: string): string => {
    const id = ids[name];
    if (id === undefined)
      throw new Error(`${method} ${path}: no id stands for ${name}; make one for this test`);
    return id.toUpperCase();
  };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'revision' ? String(revision) : idOf(name === 'id' ? ownerOf(path) : name),
  );
  const search = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query' && parameter.schema?.format === 'uuid')
    .map(({ name }) => `${name}=${idOf(name === 'after' ? 'chunkId' : name)}`);
  const schema = operation.requestBody?.content['application/json']?.schema;
  return {
    method: method.toUpperCase(),
    path: `${filled}?${search.join('&')}`,
    body:
      method === 'post' && path.endsWith('/chunks')
        ? { audioUrl: host.newUrl() }
        : bodyOf(schema, { idOf, document }),
  };
}

/** Name of the id that `{id}` stands for in a path. */
function ownerOf(path: string): string {
  const [, collection = ''] = /^\/api\/([\w-]+)\//.exec(path) ?? [];
  const owners: Record<string, string> = {
    projects: 'projectId',
    conversations: 'conversationId',
    chunks: 'chunkId',
    'event-deliveries': 'deliveryId',
  };
  return owners[collection] ?? collection;
}

/** Builds a body of all fields that hold ids, and of all others that are required. */
function bodyOf(
  schema: Schema | undefined,
  { idOf, document }: { idOf: (name: string) => string; document: Document },
): object | undefined {
  if (schema === undefined) return undefined;
  const name = schema.$ref?.split('/').at(-1) ?? '';
  const { properties = {}, required = [] } = document.components.schemas[name] ?? {};
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([field, { format }]) => format === 'uuid' || required.includes(field))
      .map(([field, { format, example }]) => [field, format === 'uuid' ? idOf(field) : example]),
  );
}
