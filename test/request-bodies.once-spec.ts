import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService } from '../src/app/start.js';
import { Api, wav, type ErrorAnswer } from './support/api.js';
import { routesWithMethodsOfBodies, type DocumentedRoute } from './support/documented-routes.js';
import { expectError } from './support/expect-error.js';
import { Gate } from './support/gate.js';
import { httpRequest, type HttpAnswer } from './support/http-request.js';
import { multipart } from './support/multipart.js';
import { query } from './support/record.js';
import { World } from './support/test-service.js';

const NOT_UTF8 = Buffer.concat([Buffer.from('{"name":"M'), Buffer.from([0xfc]), Buffer.from('ller"}')]);
const isUpload = ({ template }: DocumentedRoute): boolean => template.endsWith('/{id}/chunks');

let world: World;
let routes: DocumentedRoute[];

beforeAll(async () => {
  world = await World.start();
  routes = await routesWithMethodsOfBodies(world.api);
});

afterAll(async () => {
  await world.stop();
});

const send = (
  { method, path }: Pick<DocumentedRoute, 'method' | 'path'>,
  contentType: string | undefined,
  body: string | Buffer,
): Promise<HttpAnswer> =>
  httpRequest(world.api.url, {
    method,
    path,
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    body,
  });

/** Sends the same body to every route, and expects the same error from each. */
async function expectErrorOfAll(
  chosen: readonly DocumentedRoute[],
  wanted: number,
  act: (route: DocumentedRoute) => Promise<HttpAnswer>,
): Promise<void> {
  expect(chosen.length).toBeGreaterThan(0);
  const others: string[] = [];
  for (const route of chosen) {
    const answer = await act(route);
    if (answer.status === wanted) expectError(answer, wanted);
    else others.push(`${route.method} ${route.template}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  expect(others).toEqual([]);
}

describe('a body that would not be read', () => {
  it('is refused on every route when it is a form with a boundary, except where recordings are uploaded', async () => {
    const form = multipart([{ name: 'anonymize', content: 'true' }]);
    const others = routes.filter((route) => !isUpload(route));

    expect(routes.length - others.length).toBe(1);
    await expectErrorOfAll(others, 415, (route) => send(route, form.contentType, form.body));
    expect(await query(world.database.url, 'select id from conversations')).toEqual([]);
  });

  it.each([
    ['application/x-www-form-urlencoded', 'anonymize=true'],
    ['text/plain', '{"anonymize":true}'],
    ['application/octet-stream', 'RIFF'],
    [undefined, '{"anonymize":true}'],
  ])('is refused on every route when its type is %s', async (contentType, body) => {
    await expectErrorOfAll(routes, 415, (route) => send(route, contentType, body));
  });

  it('is refused with the content types that are read', async () => {
    const path = `/api/conversations/${crypto.randomUUID()}/chunks`;
    const upload = await send({ method: 'POST', path }, 'audio/wav', 'RIFF');
    const settings = await send({ method: 'POST', path: '/api/conversations' }, 'text/plain', 'x');

    expect((upload.body as ErrorAnswer).message).toMatch(
      /multipart\/form-data .*"audio".*, or application\/json/,
    );
    expect((settings.body as ErrorAnswer).message).toMatch(/must be application\/json/);
  });

  it('is refused for its fields where the route reads no body, and may be empty there', async () => {
    const bodyless = routes.filter(({ readsBody }) => !readsBody);

    await expectErrorOfAll(bodyless, 400, (route) => send(route, 'application/json', '{"anonymize":true}'));
    await expectErrorOfAll(bodyless, 400, (route) => send(route, 'application/json', '[true]'));
    for (const empty of ['{}', 'null']) {
      const { id } = await world.api.createConversation();
      const path = `/api/conversations/${id}/finish`;
      expect((await send({ method: 'POST', path }, 'application/json', empty)).status).toBe(202);
    }
  });
});

describe('a body that does not arrive', () => {
  const TIMEOUT_MS = 200;

  it('times out, unless it is an upload', async () => {
    const other = await World.start({ env: { API_KEYS: 'key-of-the-tests' } });
    await other.stopService();
    const service = await startService({
      environment: other.env(),
      quiet: true,
      service: { bodyTimeoutMs: TIMEOUT_MS },
    });
    try {
      const api = new Api(service.url ?? '', { authorization: 'Bearer key-of-the-tests' });
      const conversation = await api.createConversation();
      const path = `/api/conversations/${conversation.id}/chunks`;
      const headers = { authorization: 'Bearer key-of-the-tests' };
      const form = multipart([{ name: 'audio', filename: 'a.wav', content: wav('slow') }]);
      const refused = new Gate();
      const upload = httpRequest(api.url, {
        path,
        headers: { ...headers, 'content-type': form.contentType },
        body: (async function* () {
          yield form.body.subarray(0, Math.floor(form.body.length / 2));
          await refused.pass();
          yield form.body.subarray(Math.floor(form.body.length / 2));
        })(),
      });

      const settings = await httpRequest(api.url, {
        path: '/api/conversations',
        headers: { ...headers, 'content-type': 'application/json' },
        body: '{',
        isOpen: true,
      });
      expectError(settings, 408);
      refused.open();

      expect((await upload).status).toBe(202);
    } finally {
      await service.stop();
      await other.stop();
    }
  });
});

describe('a body of JSON', () => {
  it('is refused on every route when its bytes are not UTF-8', async () => {
    const ofJson = routes.filter(({ mayBeJson }) => mayBeJson);
    await expectErrorOfAll(ofJson, 400, (route) => send(route, 'application/json', NOT_UTF8));
    await expectErrorOfAll(ofJson, 400, (route) => send(route, 'application/json; charset=utf-8', NOT_UTF8));
    expect(await query(world.database.url, 'select id from projects')).toEqual([]);
  });

  it.each(['iso-8859-1', '"ISO-8859-1"', 'utf-16', 'windows-1252', 'x', '""'])(
    'is refused on every route when its charset is %s',
    async (charset) => {
      await expectErrorOfAll(routes, 415, (route) =>
        send(route, `application/json; charset=${charset}`, '{}'),
      );
    },
  );

  it.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8'])('is read when its charset is %s', async (charset) => {
    const answer = await send(
      { method: 'POST', path: '/api/projects' },
      `application/json; profile=x; charset=${charset}`,
      '{"name":"Müller 😀"}',
    );

    expect(answer).toMatchObject({ status: 201, body: { name: 'Müller 😀' } });
  });

  it('may begin with a byte order mark', async () => {
    const answer = await send(
      { method: 'POST', path: '/api/projects' },
      'application/json',
      '\ufeff{"name":"Müller"}',
    );

    expect(answer).toMatchObject({ status: 201, body: { name: 'Müller' } });
  });
});
