import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';

export interface ReceivedCallback {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Answer to a callback; `hang` means none. */
export type ReceiverAnswer = number | 'hang' | { status: number; headers: Record<string, string> };

/** A real HTTP server in place of the service, for tests of the simulator itself. */
export class WebhookReceiver {
  readonly received: ReceivedCallback[] = [];
  /** Decides the answer; receives the number of the callback, from 1. */
  answer: (callback: ReceivedCallback, number: number) => ReceiverAnswer | Promise<ReceiverAnswer> = () =>
    200;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const receiver = new WebhookReceiver(server, `http://127.0.0.1:${port}`);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(parts).toString() || 'null');
        const callback = { path: request.url ?? '', headers: request.headers, body };
        receiver.received.push(callback);
        void Promise.resolve(receiver.answer(callback, receiver.received.length)).then((answer) => {
          if (answer !== 'hang') {
            const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
            response.writeHead(status, headers).end();
          }
        });
      });
    });
    return receiver;
  }

  /** Waits until this many requests have arrived. */
  async receives(count: number): Promise<void> {
    while (this.received.length < count) {
      await setImmediate();
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
  }
}
