import { createServer, request as openRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  /** Host from the header, without the port. */
  host: string;
  path: string;
  query: URLSearchParams;
}

/** A status in place of the server's answer, with or without its work; or a cut connection. */
export type ProxyFault = { status: number; workDone?: boolean; body?: string } | 'cut';

/** Proxy between a client and a server that records requests, and can inject faults. */
export class HttpProxy {
  readonly seen: SeenRequest[] = [];
  /** Called for each request; undefined lets it pass. */
  fault: (request: SeenRequest) => ProxyFault | undefined = () => undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async start(targetUrl: string): Promise<HttpProxy> {
    const server = createServer();
    const proxy = new HttpProxy(server, new URL(targetUrl));
    server.on('request', (request: IncomingMessage, response) => {
      const url = new URL(request.url ?? '/', targetUrl);
      const seen = {
        method: request.method ?? '',
        host: (request.headers.host ?? '').split(':')[0] ?? '',
        path: url.pathname,
        query: url.searchParams,
      };
      proxy.seen.push(seen);
      const fault = proxy.fault(seen);
      if (fault === 'cut') {
        request.socket.destroy();
        return;
      }
      if (fault !== undefined && fault.workDone !== true) {
        request.resume();
        response.writeHead(fault.status).end(fault.body);
        return;
      }
      const onward = openRequest(
        {
          host: proxy.target.hostname,
          port: proxy.target.port,
          method: seen.method,
          path: request.url,
          headers: request.headers,
          agent: false,
        },
        (answer) => {
          if (fault === undefined) {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
            return;
          }
          answer.resume().on('end', () => response.writeHead(fault.status).end(fault.body));
        },
      );
      onward.on('error', () => request.socket.destroy());
      request.on('close', () => {
        if (!request.complete) onward.destroy();
      });
      request.pipe(onward);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Restores the initial state. */
  reset(): void {
    this.seen.length = 0;
    this.fault = () => undefined;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
