import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';

/** Proxy between the service and a server that can make the server unreachable. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;

  private constructor(
    private target: { host: string; port: number },
    private readonly port: number,
  ) {}

  /** @param url URL of the server; the returned `url` leads to the proxy */
  static async start(url: string): Promise<{ proxy: TcpProxy; url: string }> {
    const address = new URL(url);
    const port = await freePort();
    const proxy = new TcpProxy(targetOf(address), port);
    await proxy.open();
    address.hostname = '127.0.0.1';
    address.port = String(port);
    return { proxy, url: address.href };
  }

  async open(): Promise<void> {
    if (this.server !== undefined) return;
    const server = createServer((client) => {
      const upstream = connect(this.target);
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on('close', () => {
          this.sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
        // A broken connection is closed as well, which is its purpose here.
        socket.on('error', () => socket.destroy());
      }
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  /** Connects new connections to another server; existing ones stay. */
  leadTo(url: string): void {
    this.target = targetOf(new URL(url));
  }

  /** Cuts every connection; new ones are refused until `open`. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

function targetOf(address: URL): { host: string; port: number } {
  return { host: address.hostname, port: Number(address.port) };
}
