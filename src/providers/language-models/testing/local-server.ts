import type { AddressInfo, Server, Socket } from 'node:net';

const socketsOf = new WeakMap<Server, Set<Socket>>();

/** @returns the port of 127.0.0.1 that the system chose */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  socketsOf.set(server, sockets);
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/**
 * Closes the server and all its connections, including those that a tunnel or a request holds open.
 */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of socketsOf.get(server) ?? []) socket.destroy();
  await closed;
}
