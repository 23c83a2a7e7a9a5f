import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What becomes of the connections that were there when the silence began. Dead ones stay silent towards the service; the
 * server has found out meanwhile, and forgotten them.
 */
export type Healing = 'they continue' | 'they stay dead';

interface Link {
  near: Socket;
  far: Socket | undefined;
  /** Nothing of it is read or written any more, nor told that the other side has hung up. */
  silent: boolean;
}

/**
 * Stands between the service and a server of its own, and can fall silent as a network does: no byte passes in either
 * direction, and nobody is told. To close or reset a connection would be a kindness that a firewall which forgot it, or a host
 * that lost its power, does not show.
 */
export class HalfOpenProxy {
  private readonly links = new Set<Link>();
  private silent = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
    /** Leads to the proxy in place of the server that is meant. */
    readonly url: string,
  ) {}

  /** @param url of the server that is meant */
  static async start(url: string): Promise<HalfOpenProxy> {
    const meant = new URL(url);
    // Half open: what one side ends is ended at the other by us, or not at all.
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const near = new URL(url);
    near.hostname = '127.0.0.1';
    near.port = String(address.port);
    const target = { host: meant.hostname, port: Number(meant.port) };
    const proxy = new HalfOpenProxy(server, target, near.href);
    server.on('connection', (socket) => {
      proxy.accept(socket);
    });
    return proxy;
  }

  /** From now on nothing passes; new connections are taken, and get no word either. */
  cutOff(): void {
    this.silent = true;
    for (const link of this.links) hush(link);
  }

  /** New connections work, also those that were made during the silence; what becomes of the older ones is up to `healing`. */
  heal(healing: Healing): void {
    this.silent = false;
    for (const link of this.links) {
      if (link.far === undefined) this.join(link);
      else if (healing === 'they continue') speak(link);
      else link.far.destroy();
    }
  }

  /** Connections that pass nothing. */
  get silentLinks(): number {
    return [...this.links].filter(({ silent }) => silent).length;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const { near, far } of this.links) {
      near.destroy();
      far?.destroy();
    }
    await closed;
  }

  private accept(near: Socket): void {
    const link: Link = { near, far: undefined, silent: this.silent };
    this.links.add(link);
    near.on('close', () => {
      this.links.delete(link);
      if (!link.silent) link.far?.destroy();
    });
    near.on('error', () => near.destroy());
    if (this.silent) near.pause();
    else this.join(link);
  }

  private join(link: Link): void {
    const { near } = link;
    const far = connect({ ...this.target, allowHalfOpen: true });
    link.far = far;
    far.on('close', () => {
      if (!link.silent) near.destroy();
    });
    far.on('error', () => far.destroy());
    pass(link, near, far);
    pass(link, far, near);
    speak(link);
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

/** Unread bytes pile up in the sender's own buffers, as they do when no acknowledgement comes back. */
function hush(link: Link): void {
  link.silent = true;
  link.near.pause();
  link.far?.pause();
}

function speak(link: Link): void {
  link.silent = false;
  link.near.resume();
  link.far?.resume();
}
