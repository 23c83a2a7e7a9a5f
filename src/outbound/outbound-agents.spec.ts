import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import axios from 'axios';
import { OutboundAgents, PrivateAddressError } from './outbound-agents.js';

let server: http.Server;
let port: number;
let requests: number;

beforeEach(async () => {
  requests = 0;
  server = http.createServer((_request, response) => {
    requests += 1;
    response.end('inside');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const get = (url: string, agents: OutboundAgents) =>
  axios.get<string>(url, { proxy: false, httpAgent: agents.http, httpsAgent: agents.https });

const HOSTS = [
  '127.0.0.1',
  'localhost',
  '0x7f.1',
  '2130706433',
  '0.0.0.0',
  '[::1]',
  '[::ffff:7f00:1]',
  '[::]',
];

describe('a connection to a caller’s URL', () => {
  it.each(HOSTS)('is not made to this machine, whatever the notation: %s', async (host) => {
    for (const protocol of ['http', 'https']) {
      await expect(get(`${protocol}://${host}:${port}/`, new OutboundAgents([]))).rejects.toMatchObject({
        cause: expect.any(PrivateAddressError) as unknown,
        code: 'private_address',
      });
    }
    expect(requests).toBe(0);
  });

  it.each(['169.254.169.254', '10.0.0.1', '192.168.0.1', '[fd00:ec2::254]', '[fe80::1]'])(
    'is not even attempted to a private network: %s',
    async (host) => {
      await expect(get(`http://${host}/`, new OutboundAgents(['127.0.0.0/8']))).rejects.toMatchObject({
        code: 'private_address',
      });
    },
  );

  it.each(['127.0.0.1', 'localhost'])('is made where the network is allowed: %s', async (host) => {
    const agents = new OutboundAgents(['127.0.0.0/8', '::1']);

    await expect(get(`http://${host}:${port}/`, agents)).resolves.toMatchObject({ data: 'inside' });
    await expect(get(`http://${host}:${port}/`, agents)).resolves.toMatchObject({ data: 'inside' });
    expect(requests).toBe(2);
  });

  it.each([
    ['https://example.org/', true],
    ['http://8.8.8.8/', true],
    ['http://127.0.0.1/', false],
    ['http://[::1]/', false],
    ['http://[::ffff:10.0.0.1]/', false],
    // Names are resolved only when connecting.
    ['http://localhost/', true],
  ])('is refused in advance when the host in the URL is a private address: %s', (url, allowed) => {
    expect(new OutboundAgents([]).allowsHostOf(new URL(url))).toBe(allowed);
    expect(new OutboundAgents(['127.0.0.0/8', '::1', '10.0.0.0/8']).allowsHostOf(new URL(url))).toBe(true);
  });
});
