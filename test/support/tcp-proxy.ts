import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';

/** Stands between the service and a server of its own, so that a test can take that server away and bring it back. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;

  private constructor(
    private target: { host: string; port: number },
    private readonly port: number,
  ) {}

  /** @param url of the server that is meant; `url` then leads to the proxy in its place */
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
    const server = createServer((near) => {
      const far = connect(this.target);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('close', () => {
          this.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
        // A connection that breaks is closed as well, and that is what it is for.
        socket.on('error', () => socket.destroy());
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  /** Leads new connections to another server; those that are there stay where they are. */
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
