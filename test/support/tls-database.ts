import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Self-signed, for an unused name, valid until 2126. The key protects nothing. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBejCCAR+gAwIBAgIUYY4VnyuA2j5XGFN78vXOgh0T4z0wCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyNjIyNTU1OFoYDzIxMjYxMTAyMjI1
NTU4WjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQpzP/Libt4D89BmQ2Xlw43HhxQP7YB41IHQWPb+t78xnlmXS0p0BZb3S22TL7E
332Gf2n66bjZEuf3l/FfyJ91o1MwUTAdBgNVHQ4EFgQUx3uQ9fyMuDZaKrXo+xT/
XliWBAEwHwYDVR0jBBgwFoAUx3uQ9fyMuDZaKrXo+xT/XliWBAEwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAjLvCG6UT/dvEdJ3zSozkXecrYcKs
x9nAz5qu/8wOnfACIQCqgDGXzoRlGb4WsIjgtRkswuGKKa605tr4HqC54MFwPQ==
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkYA84qw161sRULXO
wHTesUHXGZRZK3G91ANsaJpaeCWhRANCAAQpzP/Libt4D89BmQ2Xlw43HhxQP7YB
41IHQWPb+t78xnlmXS0p0BZb3S22TL7E332Gf2n66bjZEuf3l/FfyJ91
-----END PRIVATE KEY-----
`;

/**
 * Size of the request for encryption:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
const SSL_REQUEST_BYTES = 8;
const ENCRYPTION_ACCEPTED = 'S';

/**
 * A database as hosted ones are: encrypted, with a certificate that no authority has signed. It
 * decrypts, and forwards to a server without encryption.
 */
export class TlsDatabase {
  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    private readonly sockets: Set<Socket>,
    private readonly target: string,
  ) {}

  static async start(target: string): Promise<TlsDatabase> {
    const { hostname, port } = new URL(target);
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        // A client that does not trust the certificate closes the connection.
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          client.destroy();
          upstream.destroy();
        });
      }
      client.once('readable', () => {
        client.read(SSL_REQUEST_BYTES);
        client.write(ENCRYPTION_ACCEPTED);
        const inside = new TLSSocket(client, { isServer: true, cert: CERTIFICATE, key: KEY });
        inside.on('error', () => client.destroy());
        inside.pipe(upstream).pipe(inside);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsDatabase(server, sockets, target);
  }

  url(sslmode: string): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    url.search = `?sslmode=${sslmode}`;
    return url.href;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
