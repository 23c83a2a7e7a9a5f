import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { freePort } from './free-port.js';
import { waitUntil } from './wait-until.js';

export interface ReceivedEvent {
  id: string;
  headers: Record<string, string>;
  /** The body's bytes as received, which are signed. */
  raw: string;
  body: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** A customer's receiver of events; it can be taken down. */
export class EventReceiver {
  readonly received: ReceivedEvent[] = [];
  /** Its answer; the event counts as received in any case. */
  answer: { status: number; headers?: Record<string, string> } = { status: 204 };
  private server: Server | undefined;

  private constructor(private readonly port: number) {}

  static async start(): Promise<EventReceiver> {
    const receiver = new EventReceiver(await freePort());
    await receiver.up();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/events`;
  }

  async up(): Promise<void> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const raw = Buffer.concat(parts).toString('utf8');
        const headers = singleHeaders(request.headers);
        const body = JSON.parse(raw) as ReceivedEvent['body'];
        this.received.push({ id: headers['webhook-id'] ?? '', headers, raw, body });
        response.writeHead(this.answer.status, this.answer.headers).end('not for anybody’s log');
      });
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  /** Stops listening: connections are refused. */
  async down(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async receives(count: number): Promise<ReceivedEvent[]> {
    return waitUntil(
      () => Promise.resolve(this.received),
      ({ length }) => length >= count,
    );
  }

  of(type: string): ReceivedEvent[] {
    return this.received.filter(({ body }) => body.type === type);
  }
}

function singleHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
