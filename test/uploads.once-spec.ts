import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import { wav, type Answer, type ErrorAnswer } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { httpRequest, type HttpAnswer } from './support/http-request.js';
import { multipart, type MultipartPart } from './support/multipart.js';
import { query } from './support/record.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const SAMPLES = new URL('../samples/', import.meta.url);
const MAX_UPLOAD_BYTES = 100_000;
/** More than the limit plus everything else in a request. */
const FAR_TOO_LARGE_BYTES = 400_000;
const WAV_HEADER_BYTES = 44;

let world: World;
let host: AudioHost;
let conversationId: string;

beforeAll(async () => {
  [world, host] = await Promise.all([
    World.start({ env: { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) } }),
    AudioHost.start(),
  ]);
  conversationId = (await world.api.createConversation()).id;
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

function chunksPath(id = conversationId): string {
  return `/api/conversations/${id}/chunks`;
}

/** @param options.isChunked sent in pieces, without a `content-length` */
async function send(
  parts: readonly MultipartPart[],
  options: { isChunked?: boolean; isOpen?: boolean; path?: string } = {},
): Promise<HttpAnswer> {
  const { contentType, body } = multipart(parts, options);
  const half = Math.floor(body.length / 2);
  return httpRequest(world.api.url, {
    path: options.path ?? chunksPath(),
    headers: { 'content-type': contentType },
    body: options.isChunked === true ? [body.subarray(0, half), body.subarray(half)] : body,
  });
}

function audioPart(content: Uint8Array = wav(crypto.randomUUID())): MultipartPart {
  return { name: 'audio', filename: 'recording.wav', content };
}

/** Makes a WAV file of exactly so many bytes. */
function wavOf(bytes: number): Uint8Array {
  return Buffer.concat([wav().subarray(0, WAV_HEADER_BYTES), Buffer.alloc(bytes - WAV_HEADER_BYTES)]);
}

async function expectAccepted(answer: HttpAnswer | Answer): Promise<ChunkResponse> {
  expect(answer.status).toBe(202);
  const chunk = answer.body as ChunkResponse;
  expect(await world.api.settledChunk(chunk.id)).toMatchObject({ status: 'completed' });
  return chunk;
}

describe('an upload that is accepted', () => {
  it('reaches the provider and the model as it was sent, byte for byte', async () => {
    const { recordings } = world.simulator.samples.manifest;
    const [small] = recordings;
    const big = await World.start();
    try {
      const audio = new Uint8Array(await readFile(new URL(small?.file ?? '', SAMPLES)));
      const { id } = await big.api.createConversation();
      const chunk = await big.api.settledChunk((await big.api.addChunk(id, { audio })).id);
      const { uploads, corrections } = big.simulator.ledger;
      expect(uploads.map(({ bytes, sha256 }) => [bytes, sha256])).toEqual([[audio.length, small?.sha256]]);
      expect(corrections.map(({ audioSha256 }) => audioSha256)).toEqual([small?.sha256]);
      expect(chunk.transcript).toBe(small?.corrected);
      expect(await storedFiles(big.dataDir)).toEqual([
        expect.stringMatching(new RegExp(`${id}/${chunk.id}\\.wav$`)),
      ]);
    } finally {
      await big.stop();
    }
  });

  it.each([
    ['with its length announced', false],
    ['in pieces of unknown length', true],
  ])('may have as many bytes as are allowed, %s', async (_name, isChunked) => {
    await expectAccepted(await send([audioPart(wavOf(MAX_UPLOAD_BYTES))], { isChunked }));
  });

  it('is recognized by its content, whatever its name', async () => {
    const { contentType, body } = multipart([audioPart()]);
    const renamed = body.toString('latin1').replace('recording.wav', '../../etc/passwd.txt');
    const answer = await httpRequest(world.api.url, {
      path: chunksPath(),
      headers: { 'content-type': contentType },
      body: Buffer.from(renamed, 'latin1'),
    });
    const chunk = await expectAccepted(answer);
    expect(await storedFiles(world.dataDir)).toContainEqual(
      expect.stringMatching(new RegExp(`/audio/${conversationId}/${chunk.id}\\.wav$`)),
    );
  });

  it('gets its position from a field before or after the file, or from the order of arrival', async () => {
    const { id } = await world.api.createConversation();
    const path = chunksPath(id);
    const position = (content: string): MultipartPart => ({ name: 'position', content });
    const answers = [
      await send([position('7'), audioPart()], { path }),
      await send([audioPart(), position('3')], { path }),
      await send([audioPart()], { path }),
      await send([position('1000000000'), audioPart()], { path }),
      await send([audioPart()], { path }),
      await send([position('0'), audioPart()], { path }),
    ];
    expect(answers.map(({ body }) => (body as ChunkResponse).position)).toEqual([
      7, 3, 8, 1_000_000_000, 1_000_000_001, 0,
    ]);
  });
});

describe('an upload that is refused', () => {
  let filesBefore: string[];
  let chunksBefore: number;

  beforeAll(async () => {
    filesBefore = await storedFiles(world.dataDir);
    chunksBefore = (await world.api.conversation(conversationId)).chunks.total;
  });

  afterEach(async () => {
    expect(await storedFiles(world.dataDir)).toEqual(filesBefore);
    expect((await world.api.conversation(conversationId)).chunks.total).toBe(chunksBefore);
  });

  const notAudio: [string, Buffer][] = [
    ['an empty file', Buffer.alloc(0)],
    ['a text', Buffer.from('This is not a recording.')],
    ['a page of HTML', Buffer.from('<!doctype html><title>404</title>')],
    ['JSON', Buffer.from('{"a": 1}')],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')],
    ['a PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')],
    ['a program', Buffer.concat([Buffer.from('7f454c460201010000000000', 'hex'), Buffer.alloc(100)])],
    ['one byte', Buffer.from('R')],
    ['zeros', Buffer.alloc(50_000)],
  ];

  it.each(notAudio)('with 415 as no audio: %s', async (_name, content) => {
    expectError(await send([audioPart(content)]), 415);
  });

  it('with 415 that says what to do, when it is a later piece of a recording', async () => {
    const cluster = Buffer.concat([
      Buffer.from('1f43b67501ffffffffffffffe78100a3', 'hex'),
      Buffer.alloc(1_000),
    ]);
    const answer = await send([{ ...audioPart(cluster), filename: 'blob.webm' }]);
    expectError(answer, 415);
    expect((answer.body as ErrorAnswer).message).toMatch(
      /later piece .* stop the MediaRecorder and start it anew/,
    );
  });

  it('with 415 when its content proves to be no audio only after a large part of it', async () => {
    expectError(await send([audioPart(Buffer.alloc(90_000, 'text '))], { isChunked: true }), 415);
  });

  it.each([
    ['one byte too large, with its length announced', MAX_UPLOAD_BYTES + 1, false],
    ['one byte too large, in pieces of unknown length', MAX_UPLOAD_BYTES + 1, true],
    ['far too large, with its length announced', FAR_TOO_LARGE_BYTES, false],
    ['far too large, in pieces of unknown length', FAR_TOO_LARGE_BYTES, true],
  ])('with 413 when it is %s', async (_name, bytes, isChunked) => {
    expectError(await send([audioPart(wavOf(bytes))], { isChunked }), 413);
  });

  it('with 413 before it is sent, when its announced length is too large', async () => {
    const { contentType, body } = multipart([audioPart()]);
    const answer = await httpRequest(world.api.url, {
      path: chunksPath(),
      headers: { 'content-type': contentType, 'content-length': 5_000_000_000 },
      body: [body.subarray(0, 1_000)],
    });
    expectError(answer, 413);
  });

  const malformed: [string, MultipartPart[]][] = [
    ['no part at all', []],
    ['no file', [{ name: 'position', content: '1' }]],
    ['a file of another name', [{ ...audioPart(), name: 'file' }]],
    ['a field in place of the file', [{ name: 'audio', content: 'recording' }]],
    ['two files', [audioPart(), audioPart()]],
    ['a second file of another name', [audioPart(), { ...audioPart(), name: 'more' }]],
    ['an unknown field before the file', [{ name: 'language', content: 'en' }, audioPart()]],
    ['an unknown field after the file', [audioPart(), { name: 'language', content: 'en' }]],
    ['a field named like a prototype', [audioPart(), { name: '__proto__', content: '1' }]],
  ];

  it('with 400 that says so when its file has no name', async () => {
    for (const content of ['recording', Buffer.from(wav())]) {
      const answer = await send([{ name: 'audio', content }]);
      expectError(answer, 400);
      expect((answer.body as ErrorAnswer).message).toEqual([
        expect.stringContaining('filename="recording.wav"'),
      ]);
    }
  });

  it.each(malformed)('with 400 when it holds %s', async (_name, parts) => {
    expectError(await send(parts), 400);
  });

  const positions = [
    '',
    ' ',
    'first',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    '1000000001',
    '2147483647',
    '9'.repeat(400),
    '1\0',
    '٣',
  ];

  it.each(positions)('with 400 when its position is %j, before the file and after it', async (content) => {
    expectError(await send([{ name: 'position', content }, audioPart()]), 400);
    expectError(await send([audioPart(), { name: 'position', content }]), 400);
  });

  it('with 400 or 413 when it has too many fields, or one that is too long', async () => {
    const many = Array.from({ length: 50 }, () => ({ name: 'position', content: '1' }));
    for (const parts of [
      [...many, audioPart()],
      [audioPart(), ...many],
      [audioPart(), { name: 'position', content: '1'.repeat(5_000) }],
    ]) {
      const answer = await send(parts);
      expect([400, 413]).toContain(answer.status);
      expectError(answer, answer.status);
    }
  });

  it('with 400 when its multipart form is incomplete', async () => {
    expectError(await send([audioPart()], { isOpen: true }), 400);
    expectError(await send([audioPart()], { isOpen: true, isChunked: true }), 400);
    expectError(await send([audioPart(), { name: 'position', content: '1' }], { isOpen: true }), 400);
    expectError(await send([], { isOpen: true }), 400);
  });

  it.each(['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=another'])(
    'with 400 when its content type has no boundary, or another one: %s',
    async (contentType) => {
      const answer = await httpRequest(world.api.url, {
        path: chunksPath(),
        headers: { 'content-type': contentType },
        body: multipart([audioPart()]).body,
      });
      expectError(answer, 400);
    },
  );

  it('when the conversation does not exist or is finished, without waiting for its end', async () => {
    const { id } = await world.api.createConversation();
    await world.api.finish(id);
    const audio = audioPart(wavOf(MAX_UPLOAD_BYTES));
    expectError(await send([audio], { path: chunksPath(id), isChunked: true }), 409);
    expectError(await send([audio], { path: chunksPath(crypto.randomUUID()) }), 404);
    expectError(await send([audio], { path: chunksPath('a') }), 400);
  });

  it.each(['text/plain', 'audio/wav', 'application/octet-stream', 'application/x-www-form-urlencoded'])(
    'with 415 when its body is neither a form nor JSON: %s',
    async (contentType) => {
      const answer = await httpRequest(world.api.url, {
        path: chunksPath(),
        headers: { 'content-type': contentType },
        body: Buffer.from(wav()),
      });
      expectError(answer, 415);
      expect((answer.body as ErrorAnswer).message).toMatch(/multipart\/form-data.*application\/json/);
    },
  );

  it('with 400 when it has no body', async () => {
    expectError(await world.api.post(chunksPath()), 400);
  });
});

describe('an upload that cannot be recorded', () => {
  const setPosition = (chunkId: string, position: number): Promise<unknown> =>
    query(world.database.url, 'update chunks set position = $2 where id = $1', [chunkId, position]);

  it('is refused with 409 and not kept where the conversation has no position left', async () => {
    const { id } = await world.api.createConversation();
    const last = await expectAccepted(await send([audioPart()], { path: chunksPath(id) }));
    await setPosition(last.id, 2_147_483_647);
    const files = await storedFiles(world.dataDir);

    expectError(await send([audioPart()], { path: chunksPath(id) }), 409);
    expectError(await world.api.post(chunksPath(id), { audioUrl: host.newUrl() }), 409);

    expect(await storedFiles(world.dataDir)).toEqual(files);
    const between = await send([{ name: 'position', content: '5' }, audioPart()], { path: chunksPath(id) });
    expect((await expectAccepted(between)).position).toBe(5);
  });

  it('is not kept when the database refuses its record', async () => {
    const { id } = await world.api.createConversation();
    const files = await storedFiles(world.dataDir);
    await query(
      world.database.url,
      `alter table chunks add constraint none check (audio_bytes <> 16044) not valid`,
      [],
    );
    try {
      expect((await send([audioPart()], { path: chunksPath(id) })).status).toBe(500);
    } finally {
      await query(world.database.url, 'alter table chunks drop constraint none', []);
    }
    expect(await storedFiles(world.dataDir)).toEqual(files);
  });
});

describe('an upload that is cut off in the middle', () => {
  let filesBefore: string[];

  beforeAll(async () => {
    filesBefore = await storedFiles(world.dataDir);
  });

  /**
   * Sends the head of a request and half of its body, and waits until the service has begun to
   * store it.
   */
  async function sendHalf(headers: string, body: Buffer): Promise<Socket> {
    const { hostname, port } = new URL(world.api.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`POST ${chunksPath()} HTTP/1.1\r\nHost: ${hostname}\r\n${headers}\r\n\r\n`);
    socket.write(body);
    await waitUntil(
      () => storedFiles(world.dataDir),
      (files) => files.length > filesBefore.length,
    );
    return socket;
  }

  const whole = multipart([audioPart(wavOf(MAX_UPLOAD_BYTES))]);
  // Enough for the service to know that it is audio, and to begin writing.
  const half = whole.body.subarray(0, 80_000);
  const announced = `Content-Type: ${whole.contentType}\r\nContent-Length: ${whole.body.length}`;
  const unknown = `Content-Type: ${whole.contentType}\r\nTransfer-Encoding: chunked`;
  const piece = Buffer.concat([Buffer.from(`${half.length.toString(16)}\r\n`), half, Buffer.from('\r\n')]);

  it.each([
    ['by a sender that vanishes', announced, half, 'destroy'],
    ['by a sender that resets the connection', announced, half, 'resetAndDestroy'],
    ['by a sender that hangs up', announced, half, 'end'],
    ['by a sender that vanishes and never said how long it is', unknown, piece, 'destroy'],
    ['by a sender that hangs up and never said how long it is', unknown, piece, 'end'],
  ] as const)('leaves nothing behind, %s', async (_name, headers, body, cut) => {
    const chunksBefore = (await world.api.conversation(conversationId)).chunks.total;
    const socket = await sendHalf(headers, body);

    socket[cut]();

    await waitUntil(
      () => storedFiles(world.dataDir),
      (files) => files.length === filesBefore.length,
    );
    socket.destroy();
    expect((await world.api.conversation(conversationId)).chunks.total).toBe(chunksBefore);
    await expectAccepted(await send([audioPart()]));
    filesBefore = await storedFiles(world.dataDir);
  });
});

describe('a chunk by URL', () => {
  it('is accepted, with and without a position', async () => {
    const { id } = await world.api.createConversation();
    const first = await world.api.post<ChunkResponse>(chunksPath(id), { audioUrl: host.newUrl() });
    const second = await world.api.post<ChunkResponse>(chunksPath(id), {
      audioUrl: `${host.newUrl()}?signature=a%2Bb&x=1`,
      position: 5,
    });
    const third = await world.api.post<ChunkResponse>(chunksPath(id), {
      audioUrl: host.newUrl(),
      position: null,
    });
    const chunks = [await expectAccepted(first), await expectAccepted(second), await expectAccepted(third)];
    expect(chunks.map(({ position }) => position)).toEqual([0, 5, 6]);
  });

  const refused: [string, object | string][] = [
    ['no URL', {}],
    ['a null URL', { audioUrl: null }],
    ['an empty URL', { audioUrl: '' }],
    ['a URL that is none', { audioUrl: 'recording.wav' }],
    ['a URL without a scheme', { audioUrl: 'example.org/a.wav' }],
    ['a URL without a host', { audioUrl: 'https:///a.wav' }],
    ['a file URL', { audioUrl: 'file:///etc/passwd' }],
    ['an FTP URL', { audioUrl: 'ftp://example.org/a.wav' }],
    ['a data URL', { audioUrl: 'data:audio/wav;base64,UklGRg==' }],
    ['a script', { audioUrl: 'javascript:alert(1)' }],
    ['a URL with credentials', { audioUrl: 'https://user:word@example.org/a.wav' }],
    ['a URL with a line break', { audioUrl: 'https://example.org/a\r\nX: y' }],
    ['a URL with a NUL', { audioUrl: 'https://example.org/a\0.wav' }],
    ['a URL without end', { audioUrl: `https://example.org/${'a'.repeat(9_000)}` }],
    ['a list of URLs', { audioUrl: ['https://example.org/a.wav'] }],
    ['a number', { audioUrl: 5 }],
    ['an unknown field', { audioUrl: 'https://example.org/a.wav', url: 'https://example.org/b.wav' }],
    ['a negative position', { audioUrl: 'https://example.org/a.wav', position: -1 }],
    ['a position in words', { audioUrl: 'https://example.org/a.wav', position: '1' }],
    ['a position between', { audioUrl: 'https://example.org/a.wav', position: 0.5 }],
    ['a position beyond all', { audioUrl: 'https://example.org/a.wav', position: 1_000_000_001 }],
    ['a list as its body', [{ audioUrl: 'https://example.org/a.wav' }]],
    ['a text as its body', '"https://example.org/a.wav"'],
    ['null as its body', 'null'],
  ];

  it.each(refused)('is refused with %s', async (_name, body) => {
    const before = await world.api.conversation(conversationId);
    expectError(await world.api.post(chunksPath(), body), 400);
    expect((await world.api.conversation(conversationId)).chunks).toEqual(before.chunks);
  });
});
