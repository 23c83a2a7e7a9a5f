import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import { AssemblyAiClient } from './assemblyai.client.js';

const UPLOAD_URL = 'https://cdn.assemblyai.com/upload/f756988d';

let server: http.Server;
let client: AssemblyAiClient;
let onUpload: http.RequestListener;

beforeEach(async () => {
  server = http.createServer((request, response) => {
    onUpload(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = makeClient(30_000);
});

afterEach(async () => {
  client.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function makeClient(uploadIdleMs: number): AssemblyAiClient {
  const { port } = server.address() as AddressInfo;
  return new AssemblyAiClient({
    baseUrl: `http://127.0.0.1:${port}`,
    apiKey: 'key',
    timeouts: { uploadIdleMs },
  });
}

/** Reads all, then answers. */
function receive(status = 200, body: unknown = { upload_url: UPLOAD_URL }) {
  const seen: { request?: http.IncomingMessage; bytes: number } = { bytes: 0 };
  onUpload = (request, response) => {
    seen.request = request;
    request.on('data', (chunk: Buffer) => {
      seen.bytes += chunk.byteLength;
    });
    request.on('end', () => {
      response.writeHead(status).end(JSON.stringify(body));
    });
  };
  return seen;
}

async function* slowly(chunks: number, pauseMs: number): AsyncGenerator<Buffer> {
  for (let index = 0; index < chunks; index += 1) {
    await sleep(pauseMs);
    yield Buffer.alloc(1_000);
  }
}

function endless(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(65_536));
    },
  });
}

describe('upload', () => {
  it('sends the bytes unchanged, with their length when it is known', async () => {
    const seen = receive();
    const stream = Readable.from([Buffer.from('one'), Buffer.from('two')]);
    await expect(client.upload(stream, 6)).resolves.toEqual({ uploadUrl: UPLOAD_URL });
    expect(seen.bytes).toBe(6);
    expect(seen.request).toMatchObject({ method: 'POST', url: '/v2/upload' });
    expect(seen.request?.headers).toMatchObject({
      authorization: 'key',
      'content-type': 'application/octet-stream',
      'content-length': '6',
    });
  });

  it('sends chunks when the length is unknown', async () => {
    const seen = receive();
    await client.upload(Readable.from([Buffer.alloc(3_000_000)]));
    expect(seen.bytes).toBe(3_000_000);
    expect(seen.request?.headers['transfer-encoding']).toBe('chunked');
  });

  it('may take longer than the timeout as long as bytes are sent', async () => {
    const seen = receive();
    await makeClient(500).upload(Readable.from(slowly(8, 100)));
    expect(seen.bytes).toBe(8_000);
  });

  it('times out when the provider stops reading, and stops reading the source', async () => {
    onUpload = (request) => {
      request.pause();
    };
    const stream = endless();
    const error: unknown = await makeClient(200)
      .upload(stream)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderUnavailableError);
    expect(error).toMatchObject({ code: 'timeout', ambiguous: false });
    expect(stream.destroyed).toBe(true);
  });

  it('times out when everything is sent and no answer comes', async () => {
    onUpload = (request) => {
      request.resume();
    };
    await expect(makeClient(200).upload(Readable.from([Buffer.alloc(10)]))).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  it('fails with the error of the source, not with a provider error', async () => {
    let cut: Promise<unknown> | undefined;
    onUpload = (request) => {
      request.resume();
      cut = new Promise((resolve) => request.once('close', resolve));
    };
    const broken = new Error('the disk is gone');
    let reads = 0;
    const stream = new Readable({
      read() {
        reads += 1;
        if (reads < 3) this.push(Buffer.alloc(100_000));
        else setTimeout(() => this.destroy(broken), 20);
      },
    });
    await expect(client.upload(stream)).rejects.toBe(broken);
    await cut;
  });

  it('fails at once when the source had failed before', async () => {
    receive();
    const stream = Readable.from([Buffer.alloc(10)]);
    stream.destroy();
    // From a timer, so that the stream's own events are emitted before any event of the request.
    const uploading = new Promise((resolve, reject) => {
      setImmediate(() => {
        client.upload(stream).then(resolve, reject);
      });
    });
    await expect(uploading).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
  });

  it('stops and destroys the source when the provider refuses the upload', async () => {
    onUpload = (request, response) => {
      response.writeHead(413).end('{"error":"too large"}');
      request.resume();
    };
    const stream = endless();
    const error: unknown = await client.upload(stream).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderRejectedError);
    expect(error).toMatchObject({ status: 413 });
    expect(stream.destroyed).toBe(true);
  });

  it('reuses its connection when the provider answers on the last byte', async () => {
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    onUpload = (request, response) => {
      request.once('data', () => {
        response.writeHead(200).end(JSON.stringify({ upload_url: UPLOAD_URL }));
      });
      request.resume();
    };
    for (const word of ['one', 'two', 'six']) {
      // The source does not know yet that nothing else follows.
      const stream = new Readable({ read: () => undefined });
      stream.push(word);
      await client.upload(stream, word.length);
      expect(stream.destroyed).toBe(true);
    }
    expect(connections).toBe(1);
  });

  it('closes its connection when the provider answers before it has everything', async () => {
    // The server does not close it.
    server.keepAliveTimeout = 0;
    const closed = new Promise<void>((resolve) => {
      onUpload = (request, response) => {
        request.socket.once('close', resolve);
        request.resume();
        response.writeHead(413).end('{"error":"too large"}');
      };
    });
    const stream = new Readable({ read: () => undefined });
    stream.push('the beginning');
    await expect(client.upload(stream, 1_000_000)).rejects.toMatchObject({ status: 413 });
    await closed;
  });

  it('stops when the caller aborts', async () => {
    const controller = new AbortController();
    onUpload = () => {
      controller.abort();
    };
    const stream = endless();
    await expect(client.upload(stream, undefined, controller.signal)).rejects.toMatchObject({
      code: 'stopped',
    });
    expect(stream.destroyed).toBe(true);
  });

  it.each([{}, { upload_url: 'file:///etc/passwd' }, { upload_url: 'https://' }, 'ok'])(
    'does not trust the answer %j',
    async (body) => {
      receive(200, body);
      await expect(client.upload(Readable.from([Buffer.alloc(10)]))).rejects.toMatchObject({
        code: 'invalid_answer',
      });
    },
  );
});
