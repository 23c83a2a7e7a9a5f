import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from './samples.js';
import { type Simulator, startSimulator } from './simulator.js';
import { ApiClient } from './testing/api-client.js';
import { JOINED_FORMATS, MIME_TYPES, samplesOfLength, writeJoinedFile } from './testing/joined-file.js';
import { sampleEncodings } from './testing/sample-encodings.js';

/** More than the simulator keeps of a WAV file when it was given no encodings. */
const LONG_SECONDS = 700;
const TIMEOUT_MS = 60_000;
/** Ringback takes a longer pause for a place where a text may be cut. */
const PAUSE_MS = 700;

let folder: string;
let simulator: Simulator;
let api: ApiClient;
let files: Server;
let filesUrl: string;
let list: readonly Sample[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'long-'));
  simulator = await startSimulator({ latencyMs: 0, encodings: sampleEncodings() });
  api = new ApiClient(simulator);
  list = samplesOfLength(simulator.samples.manifest.recordings, LONG_SECONDS);
  files = createServer((request, response) => {
    readFile(join(folder, request.url ?? '')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  filesUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await simulator.close();
  files.close();
  await rm(folder, { recursive: true });
});

interface Word {
  text: string;
  start: number;
  end: number;
}

describe.each(JOINED_FORMATS)('a long recording in %s', (format) => {
  const name = `long.${format}`;
  let seconds: number;
  beforeAll(async () => {
    seconds = await writeJoinedFile(join(folder, name), list, format);
  }, TIMEOUT_MS);

  async function transcribed(audioUrl: string): Promise<Record<string, unknown>> {
    const id = await api.submitted({ audio_url: audioUrl });
    await simulator.waitFor(({ transcripts }) => transcripts.get(id)?.endedAt != null);
    return (await api.get(id)).json;
  }

  it(
    'is transcribed after an upload, and by its URL, with a pause after each sample',
    async () => {
      const upload = await api.upload(await readFile(join(folder, name)));
      for (const audioUrl of [upload, `${filesUrl}/${name}`]) {
        const { text, words, audio_duration: duration } = await transcribed(audioUrl);
        expect(text).toBe(list.map(({ heard }) => heard).join(' '));
        expect(Math.abs(Number(duration) - seconds)).toBeLessThanOrEqual(1);
        const timed = words as Word[];
        expect(timed.map((word) => word.text).join(' ')).toBe(text);
        const pauses = timed.filter(({ start }, at) => start - (timed[at - 1]?.end ?? start) >= PAUSE_MS);
        expect(pauses).toHaveLength(list.length - 1);
        expect(timed.at(-1)?.end ?? Infinity).toBeLessThan(seconds * 1000);
      }
    },
    TIMEOUT_MS,
  );

  it('is heard by the model, and its sound is in the ledger', async () => {
    const short = list.slice(0, 3);
    const path = join(folder, `short.${format}`);
    const shortSeconds = await writeJoinedFile(path, short, format);
    const bytes = await readFile(path);
    const model = new ApiClient(simulator, { 'x-goog-api-key': 'test-key' });
    const answer = await model.request('POST', '/v1beta/models/gemini-3.8-flash:generateContent', {
      contents: [
        {
          parts: [
            { inlineData: { mimeType: MIME_TYPES[format], data: bytes.toString('base64') } },
            { text: '<partial_transcript>\nsomething else\n</partial_transcript>' },
          ],
        },
      ],
      generationConfig: {
        responseMimeType: 'application/json',
        responseSchema: { type: 'OBJECT', properties: { corrected_transcript: { type: 'STRING' } } },
      },
    });
    expect(answer.text).toContain(short.map(({ corrected }) => corrected).join(' '));
    const correction = simulator.ledger.corrections.at(-1);
    expect(correction).toMatchObject({
      audioBytes: bytes.length,
      audioMimeType: MIME_TYPES[format],
      audioSamples: short.map(({ file }) => file),
    });
    expect(Math.abs((correction?.audioSeconds ?? 0) - shortSeconds)).toBeLessThan(1);
  });
});
