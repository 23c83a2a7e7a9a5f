import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import { sendEvent } from './send-event.js';

const REQUEST = {
  body: '{"a":0.0,"b":"é"}',
  headers: { 'content-type': 'application/json', 'webhook-id': '1' },
};

let server: http.Server;
let url: string;
let respond: http.RequestListener;
let bodies: string[];

beforeEach(async () => {
  bodies = [];
  server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      bodies.push(Buffer.concat(parts).toString('utf8'));
      respond(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events?token=hush`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const send = (
  options: { to?: string; agents?: OutboundAgents; timeoutMs?: number; signal?: AbortSignal } = {},
) =>
  sendEvent(options.to ?? url, REQUEST, {
    agents: options.agents ?? new OutboundAgents(['127.0.0.0/8']),
    signal: options.signal ?? new AbortController().signal,
    timeoutMs: options.timeoutMs ?? 10_000,
  });

describe('an attempt to send an event', () => {
  it.each([200, 204, 400, 410, 429, 500])('returns the status of the answer: %i', async (status) => {
    respond = (_request, response) => response.writeHead(status).end();

    await expect(send()).resolves.toMatchObject({ status, error: null });
    expect(bodies).toEqual([REQUEST.body]);
  });

  it('returns the pause that the receiver asks for', async () => {
    respond = (_request, response) => response.writeHead(503, { 'retry-after': '120' }).end();

    await expect(send()).resolves.toMatchObject({ status: 503, retryAfterMs: 120_000 });
  });

  it('follows no redirect', async () => {
    respond = (_request, response) => response.writeHead(307, { location: url }).end();

    await expect(send()).resolves.toMatchObject({
      status: 307,
      error: expect.stringContaining('not followed') as unknown,
    });
    expect(bodies).toHaveLength(1);
  });

  it('does not wait for an endless answer', async () => {
    respond = (_request, response) => {
      response.writeHead(200);
      response.write('x');
    };

    await expect(send()).resolves.toMatchObject({ status: 200 });
  });

  it.each([
    ['no answer', () => undefined, 'no answer within 200 ms'],
    [
      'a cut connection',
      (request: http.IncomingMessage) => request.socket.destroy(),
      'no connection (ECONNRESET)',
    ],
  ])('reports %s', async (_what, listener, error) => {
    respond = listener;

    await expect(send({ timeoutMs: 200 })).resolves.toMatchObject({ status: null, error });
  });

  it.each([
    ['a refused connection', 'http://127.0.0.1:1/', 'no connection (ECONNREFUSED)'],
    ['an unknown host', 'http://receiver.invalid/', /^no connection \((?:ENOTFOUND|EAI_AGAIN)\)$/],
  ])('reports %s', async (_what, to, error) => {
    const result = await send({ to });

    expect(result.status).toBeNull();
    expect(result.error).toMatch(error);
  });

  it.each(['127.0.0.1', 'localhost'])('does not reach a private address: %s', async (host) => {
    const result = await send({ to: url.replace('127.0.0.1', host), agents: new OutboundAgents([]) });

    expect(result).toMatchObject({
      status: null,
      error: expect.stringContaining('ALLOWED_PRIVATE_NETWORKS') as unknown,
    });
    expect(JSON.stringify(result)).not.toContain('hush');
    expect(bodies).toEqual([]);
  });

  it('is aborted when the service stops, without a failure of the receiver', async () => {
    const controller = new AbortController();
    respond = () => {
      controller.abort(new Error('shutting down'));
    };

    await expect(send({ signal: controller.signal })).rejects.toThrow('shutting down');
  });
});
