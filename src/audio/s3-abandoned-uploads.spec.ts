import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { abortUploads } from './s3-abandoned-uploads.js';

/**
 * Server that only lists and aborts unfinished uploads, which the S3 servers of the other tests
 * cannot list.
 */
let server: Server | undefined;
let client: S3Client | undefined;
/** `METHOD path?query` of each request. */
let received: string[] = [];

const OLD = '2026-01-01T00:00:00.000Z';
const YOUNG = '2026-01-03T00:00:00.000Z';
const A_DAY_BEFORE_YOUNG = new Date('2026-01-02T00:00:00.000Z');

afterEach(() => {
  client?.destroy();
  server?.closeAllConnections();
  server?.close();
});

async function startServer(answer: (url: URL, method: string) => { status: number; body: string }) {
  received = [];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    received.push(`${request.method ?? ''} ${url.pathname}${url.search}`);
    const { status, body } = answer(url, request.method ?? '');
    response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new S3Client({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  return client;
}

function listing(uploads: { key: string; id: string; initiated: string }[], next?: string): string {
  const entries = uploads.map(
    ({ key, id, initiated }) =>
      `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`,
  );
  const more =
    next === undefined
      ? '<IsTruncated>false</IsTruncated>'
      : `<IsTruncated>true</IsTruncated><NextKeyMarker>${next}</NextKeyMarker><NextUploadIdMarker>m</NextUploadIdMarker>`;
  return `<?xml version="1.0"?><ListMultipartUploadsResult>${more}${entries.join('')}</ListMultipartUploadsResult>`;
}

describe('unfinished uploads', () => {
  it('are aborted, page by page, when they are older than a day', async () => {
    const pages = [
      listing([{ key: 'a/1.wav', id: 'u1', initiated: OLD }], 'a/1.wav'),
      listing([
        { key: 'a/2.wav', id: 'u2', initiated: YOUNG },
        { key: 'a/3.wav', id: 'u3', initiated: OLD },
      ]),
    ];
    const s3 = await startServer((url, method) =>
      method === 'GET'
        ? { status: 200, body: url.searchParams.has('key-marker') ? (pages[1] ?? '') : (pages[0] ?? '') }
        : { status: 204, body: '' },
    );

    expect(await abortUploads(s3, { bucket: 'b', olderThan: A_DAY_BEFORE_YOUNG })).toBe(2);
    const aborts = received.filter((line) => line.startsWith('DELETE'));
    expect(aborts).toEqual([
      expect.stringMatching(/^DELETE \/b\/a\/1\.wav\?.*uploadId=u1/),
      expect.stringMatching(/^DELETE \/b\/a\/3\.wav\?.*uploadId=u3/),
    ]);
  });

  it('of a conversation are aborted at any age; an upload that has just ended is ignored', async () => {
    const s3 = await startServer((_url, method) =>
      method === 'GET'
        ? { status: 200, body: listing([{ key: 'a/1.wav', id: 'u1', initiated: YOUNG }]) }
        : { status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>' },
    );

    expect(await abortUploads(s3, { bucket: 'b', prefix: 'a/' })).toBe(1);
    expect(received[0]).toMatch(/prefix=a%2F/);
  });

  it.each([
    [501, 'NotImplemented'],
    [405, 'MethodNotAllowed'],
    [403, 'AccessDenied'],
  ])('are left to the store when it does not list them: %d %s', async (status, code) => {
    const s3 = await startServer(() => ({ status, body: `<Error><Code>${code}</Code></Error>` }));

    expect(await abortUploads(s3, { bucket: 'b' })).toBe(0);
  });

  it('are an error when the store fails otherwise', async () => {
    const s3 = await startServer(() => ({ status: 500, body: '<Error><Code>InternalError</Code></Error>' }));

    await expect(abortUploads(s3, { bucket: 'b' })).rejects.toThrow();
  });
});
