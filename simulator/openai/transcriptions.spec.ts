import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findSamplesFolder, type Sample } from '../samples.js';
import { type Simulator, startSimulator } from '../simulator.js';

let simulator: Simulator;
let sample: Sample;

beforeAll(async () => {
  simulator = await startSimulator({ latencyMs: 0 });
  const [first] = simulator.samples.manifest.recordings;
  if (first === undefined) {
    throw new Error('There are no samples.');
  }
  sample = first;
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

interface Asked {
  path?: string;
  headers?: Record<string, string>;
  fields?: Record<string, string>;
  file?: Uint8Array<ArrayBuffer> | null;
}

async function transcribe({ path = '/v1/audio/transcriptions', headers, fields = {}, file }: Asked = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ model: 'whisper-1', ...fields })) {
    form.append(name, value);
  }
  const audio = file === undefined ? readFileSync(join(findSamplesFolder(), sample.file)) : file;
  if (audio !== null) {
    form.append('file', new Blob([new Uint8Array(audio)]), 'a.wav');
  }
  const response = await fetch(`${simulator.url}${path}`, {
    method: 'POST',
    headers: headers ?? { authorization: 'Bearer a-key' },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('a request for a transcript', () => {
  it('of a known recording is answered with the first-stage text', async () => {
    expect(await transcribe()).toEqual({ status: 200, body: { text: sample.heard } });
    expect(simulator.ledger.transcriptions).toMatchObject([
      { model: 'whisper-1', dialect: 'openai', audioSha256: sample.sha256, fileName: 'a.wav', status: 200 },
    ]);
  });

  it('is answered with words and their times when it asks for them', async () => {
    const { body } = await transcribe({ fields: { response_format: 'verbose_json' } });

    expect(body).toMatchObject({ task: 'transcribe', language: sample.language, text: sample.heard });
    const words = body.words as { word: string; start: number; end: number }[];
    expect(words.map(({ word }) => word).join(' ')).toBe(sample.heard);
    expect(words.at(-1)?.end).toBeLessThanOrEqual(sample.durationSeconds);
  });

  it('may use Azure’s dialect', async () => {
    const path = '/openai/deployments/ours/audio/transcriptions';
    const headers = { 'api-key': 'a-key' };

    expect(await transcribe({ path: `${path}?api-version=2024-06-01`, headers })).toMatchObject({
      status: 200,
    });
    expect(await transcribe({ path, headers })).toMatchObject({ status: 404 });
    expect(simulator.ledger.transcriptions).toMatchObject([
      { model: 'ours', dialect: 'azure', apiVersion: '2024-06-01' },
      { status: 404 },
    ]);
  });

  it.each<[string, Asked, number]>([
    ['without a key', { headers: {} }, 401],
    ['with a wrong key', { headers: { authorization: 'Bearer invalid' } }, 401],
    ['without a recording', { file: null }, 400],
    ['with an empty one', { file: new Uint8Array() }, 400],
    ['with a page of HTML', { file: new TextEncoder().encode('<html>') }, 400],
  ])('is refused %s', async (_what, asked, status) => {
    expect(await transcribe(asked)).toMatchObject({
      status,
      body: { error: { message: expect.any(String) as unknown } },
    });
  });

  it('can be struck by faults', async () => {
    simulator.faults.add({
      operation: 'transcribe',
      match: { model: 'whisper-1' },
      effect: { kind: 'status', status: 429, body: { error: { message: 'Slow down.' } } },
    });

    expect(await transcribe()).toMatchObject({ status: 429 });
    expect(simulator.ledger.counts.transcribe).toBe(1);
  });
});
