import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Fate of the connections that existed when the silence began. Dead connections stay silent towards
 * the service; the server has noticed meanwhile, and closed them.
 */
export type Healing = 'continue' | 'stay dead';

interface Link {
  client: Socket;
  upstream: Socket | undefined;
  /**
   * Whether nothing is read or written any more; a hang-up of the other side is not forwarded
   * either.
   */
  silent: boolean;
}

/**
 * Proxy between the service and a server that can fall silent like a network: no byte passes in
 * either direction, and neither side is notified. Closing or resetting a connection would be a
 * signal that a firewall which dropped its state, or a host without power, does not send.
 */
export class HalfOpenProxy {
  private readonly links = new Set<Link>();
  private silent = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
    /** URL of the proxy, in place of the server's. */
    readonly url: string,
  ) {}

  /** @param url URL of the server */
  static async start(url: string): Promise<HalfOpenProxy> {
    const serverUrl = new URL(url);
    // Half open: an end of one side is forwarded explicitly, or not at all.
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const proxyUrl = new URL(url);
    proxyUrl.hostname = '127.0.0.1';
    proxyUrl.port = String(address.port);
    const target = { host: serverUrl.hostname, port: Number(serverUrl.port) };
    const proxy = new HalfOpenProxy(server, target, proxyUrl.href);
    server.on('connection', (socket) => {
      proxy.accept(socket);
    });
    return proxy;
  }

  /**
   * Starts the silence: nothing passes any more. New connections are accepted, but get no answer
   * either.
   */
  silence(): void {
    this.silent = true;
    for (const link of this.links) pauseReading(link);
  }

  /**
   * Ends the silence. New connections work, including those that were made during it; `healing`
   * decides about the older ones.
   */
  heal(healing: Healing): void {
    this.silent = false;
    for (const link of this.links) {
      if (link.upstream === undefined) this.join(link);
      else if (healing === 'continue') resumeReading(link);
      else link.upstream.destroy();
    }
  }

  /** Number of connections that pass nothing. */
  get silentLinks(): number {
    return [...this.links].filter(({ silent }) => silent).length;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const { client, upstream } of this.links) {
      client.destroy();
      upstream?.destroy();
    }
    await closed;
  }

  private accept(client: Socket): void {
    const link: Link = { client, upstream: undefined, silent: this.silent };
    this.links.add(link);
    client.on('close', () => {
      this.links.delete(link);
      if (!link.silent) link.upstream?.destroy();
    });
    client.on('error', () => client.destroy());
    if (this.silent) client.pause();
    else this.join(link);
  }

  private join(link: Link): void {
    const { client } = link;
    const upstream = connect({ ...this.target, allowHalfOpen: true });
    link.upstream = upstream;
    upstream.on('close', () => {
      if (!link.silent) client.destroy();
    });
    upstream.on('error', () => upstream.destroy());
    pass(link, client, upstream);
    pass(link, upstream, client);
    resumeReading(link);
  }
}

function pass(link: Link, from: Socket, to: Socket): void {
  from.on('data', (bytes) => {
    to.write(bytes);
  });
  from.on('end', () => {
    if (!link.silent) to.end();
  });
}

/**
 * Stops reading, so that unread bytes accumulate in the sender's buffers, as without
 * acknowledgements.
 */
function pauseReading(link: Link): void {
  link.silent = true;
  link.client.pause();
  link.upstream?.pause();
}

function resumeReading(link: Link): void {
  link.silent = false;
  link.client.resume();
  link.upstream?.resume();
}
