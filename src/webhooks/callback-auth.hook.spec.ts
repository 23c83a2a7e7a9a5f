import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Fastify, { type FastifyInstance } from 'fastify';
import { Networks } from '../config/networks.js';
import { TooManyRequestsError } from '../http/errors/too-many-requests-error.js';
import { Metrics } from '../observability/metrics.js';
import { CALLBACK_PATH, CALLBACK_SECRET_HEADER, installCallbackAuth } from './callback-auth.hook.js';

let server: FastifyInstance | undefined;
let metrics: Metrics;
/** Number of wrong secrets so far, and how many are answered 401. */
let wrongSecrets: number;
let allowedGuesses: number;
let allowed: Networks | undefined;
/** Requests that passed the hook. */
let bodies: unknown[];

beforeEach(() => {
  wrongSecrets = 0;
  allowedGuesses = 1_000;
  allowed = undefined;
});

afterEach(async () => {
  await server?.close();
});

/** A server with the hook, the callback route, and another route. */
async function startServer(secrets: readonly string[]): Promise<string> {
  metrics = new Metrics();
  bodies = [];
  server = Fastify();
  installCallbackAuth(server, {
    secrets,
    metrics,
    allowed,
    countRefusal: () =>
      Promise.resolve(wrongSecrets++ < allowedGuesses ? undefined : new TooManyRequestsError(7)),
  });
  for (const path of [CALLBACK_PATH, '/beside']) {
    server.post(path, (request, reply) => {
      bodies.push(request.body);
      return reply.send({ through: true });
    });
  }
  return server.listen({ host: '127.0.0.1', port: 0 });
}

async function call(url: string, secret: string | undefined, body = '{"a":1}'): Promise<number> {
  const response = await fetch(`${url}${CALLBACK_PATH}`, {
    method: 'POST',
    headers: {
      'content-type': 'text/plain',
      ...(secret === undefined ? {} : { [CALLBACK_SECRET_HEADER]: secret }),
    },
    body,
  });
  return response.status;
}

async function counted(outcome: string): Promise<number> {
  const { values } = await metrics.callbacks.get();
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}

describe('access to the callback route', () => {
  it.each(['first', 'second', 'third'])('is granted for each secret of the list: %s', async (secret) => {
    const url = await startServer(['first', 'second', 'third']);
    expect(await call(url, secret)).toBe(200);
    expect(bodies).toEqual([{ a: 1 }]);
  });

  it.each([undefined, '', ' ', 'first,second', 'firs', 'firstt', 'FIRST', 'undefined', '\u00ff'])(
    'is refused for %j, and counted',
    async (secret) => {
      const url = await startServer(['first', 'second']);
      expect(await call(url, secret)).toBe(401);
      expect(bodies).toEqual([]);
      expect(await counted('unauthorized')).toBe(1);
    },
  );

  it('distinguishes bytes that are the same letter in another encoding', async () => {
    const url = await startServer(['caf\u00e9']);
    expect(await call(url, 'caf\u00e9')).toBe(200);
    expect(await call(url, Buffer.from('caf\u00e9', 'utf8').toString('latin1'))).toBe(401);
  });

  it('is refused for everybody while no secret is configured, and asks for another call', async () => {
    const url = await startServer([]);
    for (const secret of [undefined, '', 'anything']) expect(await call(url, secret)).toBe(503);
    expect(bodies).toEqual([]);
    expect(await counted('unavailable')).toBe(3);
  });

  it('is throttled after too many guesses, but still granted for the right secret', async () => {
    allowedGuesses = 1;
    const url = await startServer(['first']);
    expect([await call(url, 'wrong'), await call(url, 'wrong')]).toEqual([401, 429]);
    expect(await call(url, 'first')).toBe(200);
    expect([await counted('unauthorized'), await counted('throttled'), wrongSecrets]).toEqual([1, 1, 2]);
  });

  it('is granted for the right secret only to configured addresses, if any', async () => {
    allowed = new Networks(['127.0.0.1']);
    const url = await startServer(['first']);
    expect(await call(url, 'first')).toBe(200);
    await server?.close();
    allowed = new Networks(['192.0.2.0/24']);
    const other = await startServer(['first']);
    expect([await call(other, 'first'), await call(other, 'wrong')]).toEqual([403, 403]);
    expect([await counted('forbidden'), wrongSecrets]).toEqual([2, 0]);
    expect(bodies).toEqual([]);
  });

  it('counts requests with the right secret and an unreadable body', async () => {
    const url = await startServer(['first']);
    expect(await call(url, 'first', '{"a":')).toBe(400);
    expect(await call(url, 'first', 'x'.repeat(16_385))).toBe(413);
    expect([await counted('malformed'), await counted('too_large')]).toEqual([1, 1]);
    expect(bodies).toEqual([]);
  });

  it('is checked for the callback route only', async () => {
    const url = await startServer(['first']);
    const body = 'x'.repeat(20_000);
    const response = await fetch(`${url}/beside`, { method: 'POST', body });
    expect([response.status, bodies]).toEqual([200, [body]]);
  });
});
