import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { findSamplesFolder, type Sample } from '../samples.js';
import { type Simulator, startSimulator } from '../simulator.js';
import { ApiClient } from '../testing/api-client.js';

let simulator: Simulator;
let api: ApiClient;
let sample: Sample;
let sampleBytes: Buffer;

beforeAll(async () => {
  simulator = await startSimulator({ latencyMs: 0 });
  api = new ApiClient(simulator);
  const [first] = simulator.samples.manifest.recordings;
  if (first === undefined) {
    throw new Error('The manifest names no recordings.');
  }
  sample = first;
  sampleBytes = readFileSync(join(findSamplesFolder(), sample.file));
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

async function transcriptOf(audioUrl: string, from = simulator): Promise<Record<string, unknown>> {
  const client = new ApiClient(from);
  const id = await client.submitted({ audio_url: audioUrl });
  await from.waitFor(({ transcripts }) => transcripts.get(id)?.endedAt != null);
  return (await client.get(id)).json;
}

describe('an upload', () => {
  it('of many megabytes is read to its end, whatever its content type', async () => {
    const part = Buffer.alloc(1_000_000, 'sound');
    const parts = 40;
    const hash = createHash('sha256');
    for (let count = 0; count < parts; count += 1) {
      hash.update(part);
    }
    const response = await fetch(`${simulator.url}/v2/upload`, {
      method: 'POST',
      headers: { authorization: 'test-key', 'content-type': 'application/json' },
      body: Readable.toWeb(Readable.from(Array(parts).fill(part))) as ReadableStream,
      duplex: 'half',
    });
    expect(response.status).toBe(200);
    expect(simulator.ledger.uploads).toMatchObject([
      { bytes: parts * part.length, sha256: hash.digest('hex'), status: 200 },
    ]);
  });

  it('that does not exist, or was deleted with its transcript, is a 403 at the submit', async () => {
    const url = await api.upload(sampleBytes);
    const id = await api.submitted({ audio_url: url });
    await api.request('DELETE', `/v2/transcript/${id}`);
    for (const audio_url of [url, 'https://cdn.assemblyai.com/upload/unknown']) {
      const answer = await api.submit({ audio_url });
      expect(answer.status).toBe(403);
      expect(answer.json).toEqual({ error: 'Cannot access uploaded file' });
    }
  });

  const noSound: [string, string, string][] = [
    ['a web page', ' <html><body>Not found</body></html>', 'text/html'],
    ['nothing', '', 'inode/x-empty'],
  ];
  it.each(noSound)('of %s ends its job with an error', async (_case, content, type) => {
    const { status, error } = await transcriptOf(await api.upload(Buffer.from(content)));
    expect(status).toBe('error');
    expect(error).toContain(`File does not appear to contain audio. File type is ${type}`);
  });
});

describe('an unknown recording', () => {
  it('gets a marked placeholder that depends on its content and the seed only', async () => {
    const other = await startSimulator({ latencyMs: 0, seed: 2 });
    try {
      const textOf = async (content: string, from = simulator) =>
        (await transcriptOf(await new ApiClient(from).upload(Buffer.from(content)), from)).text;
      const text = await textOf('some sound');
      expect(text).toMatch(/^\[simulated transcript [0-9a-f]{6}\] ./);
      expect(await textOf('some sound')).toBe(text);
      expect(await textOf('other sound')).not.toBe(text);
      expect(await textOf('some sound', other)).not.toBe(text);
    } finally {
      await other.close();
    }
  });

  it('is transcribed by the command-line recognizer when one is installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'recognizer-'));
    const command = join(folder, 'recognizer');
    writeFileSync(command, '#!/bin/sh\nprintf "heard %s\\nbytes\\n" "$(wc -c <"$2")"\n');
    chmodSync(command, 0o755);
    const withRecognizer = await startSimulator({ latencyMs: 0, recognizerCommand: command });
    const withoutRecognizer = await startSimulator({
      latencyMs: 0,
      recognizerCommand: join(folder, 'missing'),
    });
    try {
      const textWith = async (from: Simulator) =>
        (await transcriptOf(await new ApiClient(from).upload(Buffer.from('twelve bytes')), from)).text;
      expect(await textWith(withRecognizer)).toBe('heard 12 bytes');
      expect(await textWith(withoutRecognizer)).toMatch(/^\[simulated transcript/);
    } finally {
      await Promise.all([withRecognizer.close(), withoutRecognizer.close()]);
      rmSync(folder, { recursive: true });
    }
  });
});

describe('an audio_url', () => {
  let files: Server;
  let filesUrl: string;
  let asked: string[];

  beforeAll(async () => {
    files = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '1000' }).write('x', () => response.destroy());
      } else if (request.url === '/moved') {
        response.writeHead(302, { location: '/sample' }).end();
      } else if (request.url?.startsWith('/sample') === true) {
        response.end(sampleBytes);
      } else {
        response.writeHead(403).end('no');
      }
    });
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
    filesUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    asked = [];
  });
  beforeAll(() => {
    asked = [];
  });
  afterAll(() => {
    files.close();
    files.closeAllConnections();
  });

  it('on this machine is fetched once, and a sample is recognized by the content', async () => {
    expect((await transcriptOf(`${filesUrl}/sample?signature=abc`)).text).toBe(sample.heard);
    expect(asked).toEqual(['/sample?signature=abc']);
  });

  it('whose server refuses the request ends the job with the status in its error', async () => {
    const { status, error } = await transcriptOf(`${filesUrl}/private`);
    expect(status).toBe('error');
    expect(error).toContain('403 Client Error: Forbidden for url');
  });

  it.each(['/cut', '/moved'])(
    'whose download fails (%s) ends the job with a download error',
    async (path) => {
      const { status, error } = await transcriptOf(`${filesUrl}${path}`);
      expect(status).toBe('error');
      expect(error).toMatch(/^Download error/);
      expect(asked).toEqual([path]);
    },
  );

  it('of an unreachable server ends the job with a download error', async () => {
    const { error } = await transcriptOf('http://localhost:1/audio.wav');
    expect(error).toMatch(/^Download error, unable to download http:\/\/localhost:1\/audio.wav/);
  });

  it('on another machine is never fetched; its placeholder ignores the signature', async () => {
    const first = await transcriptOf('http://recordings.invalid/a.wav?signature=1');
    const second = await transcriptOf('http://recordings.invalid/a.wav?signature=2');
    expect(first.text).toMatch(/^\[simulated transcript/);
    expect(second.text).toBe(first.text);
  });
});
