import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Fastify, { type FastifyInstance } from 'fastify';
import { installBodyTimeout } from './body-timeout.js';

const TIMEOUT_MS = 200;
const TRICKLE_MS = 20;
const JSON_HEAD = ['Content-Type: application/json', 'Content-Length: 1000'];
const FORM_HEAD = ['Content-Type: multipart/form-data; boundary=b', 'Content-Length: 1000'];

let server: FastifyInstance;
let port: number;
const sockets: Sender[] = [];

/** A client that sends a byte every few milliseconds until it is stopped. */
class Sender {
  received = '';
  readonly closed: Promise<unknown>;
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (data) => (this.received += data.toString('latin1')));
    // The server closes the connection while this sends: this is tested, and not a failure.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    this.timer = setInterval(() => socket.write(' '), TRICKLE_MS);
  }

  static async begin(path: string, head: readonly string[]): Promise<Sender> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write([`POST ${path} HTTP/1.1`, 'Host: localhost', ...head, '', ' '].join('\r\n'));
    const sender = new Sender(socket);
    sockets.push(sender);
    return sender;
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  stop(): void {
    clearInterval(this.timer);
    this.socket.destroy();
  }
}

beforeEach(async () => {
  server = Fastify({ forceCloseConnections: true });
  server.addContentTypeParser('multipart/form-data', (_request, payload, done) => {
    payload.resume().on('end', () => {
      done(null);
    });
  });
  installBodyTimeout(server, TIMEOUT_MS);
  server.addHook('onRequest', async (request, reply) => {
    if (request.url === '/refused') await reply.status(401).send({});
  });
  for (const path of ['/json', '/refused']) server.post(path, () => ({}));
  server.post('/uploads', { config: { takesUploads: true } }, () => ({}));
  // As slow as a body that never arrives.
  server.post('/slow', async () => {
    await (
      await Sender.begin('/json', JSON_HEAD)
    ).closed;
    return { done: true };
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});

afterEach(async () => {
  for (const sender of sockets.splice(0)) sender.stop();
  await server.close();
});

describe('a body that arrives very slowly', () => {
  it('times out with an answer for its sender', async () => {
    const sender = await Sender.begin('/json', JSON_HEAD);

    await sender.closed;

    expect(sender.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(sender.received).toContain('the body did not arrive within 0.2 s');
  });

  it('times out when its length is unknown as well', async () => {
    const sender = await Sender.begin('/json', [
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      '',
      'fffff',
    ]);

    await sender.closed;

    expect(sender.received).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('times out when the request was refused before', async () => {
    const sender = await Sender.begin('/refused', FORM_HEAD);

    await sender.closed;

    expect(sender.received).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('does not time out as an upload, but does on the same route as JSON', async () => {
    const upload = await Sender.begin('/uploads', FORM_HEAD);
    const other = await Sender.begin('/uploads', JSON_HEAD);
    await other.closed;
    // The whole lifetime of another body fits into the upload's.
    await (
      await Sender.begin('/json', JSON_HEAD)
    ).closed;

    expect(other.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(upload.received).toBe('');
    expect(upload.isOpen).toBe(true);
  });
});

describe('a body that arrives in time', () => {
  it('is answered, however long the answer takes', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/slow`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });

    expect([response.status, await response.json()]).toEqual([200, { done: true }]);
  });
});
