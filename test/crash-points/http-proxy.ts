import { once } from 'node:events';
import {
  createServer,
  request as send,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CrashGate, Weight } from './crash-gate.js';

interface WholeAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/**
 * Proxy in front of an HTTP server: receives a request completely before it forwards it, and an
 * answer completely before it returns it.
 */
export class HttpProxy {
  /** URL of the server; without it, connections break. */
  targetUrl: string | undefined;
  private readonly server: Server;
  private readonly exchanges = new Set<AbortController>();

  private constructor(
    private readonly options: { name: string; weigh: (request: IncomingMessage) => Weight },
    private readonly crashGate: CrashGate,
  ) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => {
        // Whichever side failed, the sender sees a broken connection.
        request.socket.destroy();
      });
    });
  }

  /**
   * Starts a proxy.
   *
   * @param options.name prefix of the labels of its messages
   * @param options.weigh returns `chatter` for messages outside of the path
   */
  static async start(
    options: { name: string; targetUrl?: string; weigh?: (request: IncomingMessage) => Weight },
    crashGate: CrashGate,
  ): Promise<HttpProxy> {
    const { name, targetUrl, weigh = () => 'step' } = options;
    const proxy = new HttpProxy({ name, weigh }, crashGate);
    proxy.targetUrl = targetUrl;
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.server.closeAllConnections();
    for (const exchange of this.exchanges) exchange.abort();
    this.exchanges.clear();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await wholeBody(request);
    const path = (request.url ?? '').replace(/\?.*$/, '').replace(ID, '*');
    const passage = this.crashGate.enter({
      label: `${this.options.name}: ${request.method ?? ''} ${path}`,
      weight: this.options.weigh(request),
      isRead: request.method === 'GET',
    });
    if (passage === undefined) return;
    try {
      const answer = await this.forward(request, body);
      if (!this.crashGate.leave(passage, false)) return;
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    } finally {
      this.crashGate.abandon(passage);
    }
  }

  private async forward(request: IncomingMessage, body: Buffer): Promise<WholeAnswer> {
    const exchange = new AbortController();
    this.exchanges.add(exchange);
    try {
      const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = request.headers;
      const upstream = send(new URL(request.url ?? '/', this.targetUrl), {
        method: request.method,
        headers: { ...headers, 'content-length': body.length },
        signal: exchange.signal,
        agent: false,
      });
      upstream.end(body);
      const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
      const { connection: _answered, 'transfer-encoding': _chunked, ...answerHeaders } = answer.headers;
      return { status: answer.statusCode ?? 500, headers: answerHeaders, body: await wholeBody(answer) };
    } finally {
      this.exchanges.delete(exchange);
    }
  }
}

async function wholeBody(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
