import { VertexAI } from '@google-cloud/vertexai';
import { GoogleGenAI, ThinkingLevel, Type } from '@google/genai';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AssemblyAI } from 'assemblyai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSamplesFolder, type Sample } from './samples.js';
import { type Simulator, startSimulator } from './simulator.js';

let simulator: Simulator;
let sample: Sample;
let sampleFile: string;

beforeAll(async () => {
  simulator = await startSimulator({ latencyMs: 20 });
  const [first] = simulator.samples.manifest.recordings;
  if (first === undefined) {
    throw new Error('The manifest names no recordings.');
  }
  sample = first;
  sampleFile = join(findSamplesFolder(), sample.file);
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

describe('the official AssemblyAI package', () => {
  const speech_models = ['assemblyai-stt-3-7', 'universal-2'];
  const client = (apiKey = 'test-key') => new AssemblyAI({ apiKey, baseUrl: simulator.url });

  it('uploads a file, transcribes it and polls until it is done', async () => {
    const transcript = await client().transcripts.transcribe(
      { audio: sampleFile, speech_models, keyterms_prompt: ['Wilgenbrug'] },
      { pollingInterval: 10 },
    );
    expect(transcript).toMatchObject({ status: 'completed', text: sample.heard, language_code: 'en_us' });
    expect(transcript.words?.[0]).toEqual({
      text: 'Good',
      start: 0,
      end: expect.any(Number) as unknown,
      confidence: expect.any(Number) as unknown,
      speaker: null,
    });
    expect(simulator.ledger.uploads).toMatchObject([{ sha256: sample.sha256 }]);
    expect(simulator.ledger.counts).toMatchObject({ upload: 1, submit: 1 });
  });

  it('submits, gets, lists and deletes', async () => {
    const { transcripts, files } = client();
    const audio_url = await files.upload(readFileSync(sampleFile));
    const submitted = await transcripts.submit({ audio_url, speech_models });
    expect(submitted.status).toBe('queued');
    expect((await transcripts.waitUntilReady(submitted.id, { pollingInterval: 10 })).text).toBe(sample.heard);

    const page = await transcripts.list({ limit: 1, status: 'completed' });
    expect(page.transcripts).toMatchObject([{ id: submitted.id, audio_url, error: null }]);
    expect(page.transcripts[0]?.created.getTime()).not.toBeNaN();
    const { prev_url } = page.page_details;
    expect((await transcripts.list(prev_url ?? '')).transcripts).toEqual([]);

    expect((await transcripts.delete(submitted.id)).text).toBe('Deleted by user.');
    expect((await transcripts.get(submitted.id)).audio_url).toBe('http://deleted_by_user');
  });

  it('throws the messages of the real provider for a wrong key and a bad request', async () => {
    await expect(client('invalid').transcripts.get('t')).rejects.toThrow(
      'Authentication error, API token missing/invalid',
    );
    const deprecated = { audio_url: 'https://example.org/a.wav', speech_models: ['universal-3-pro'] };
    await expect(client().transcripts.submit(deprecated)).rejects.toThrow(
      'The "universal-3-pro" speech model(s) have been deprecated.',
    );
  });
});

const prompt = () => `PII redaction: off\n<partial_transcript>\n${sample.heard}\n</partial_transcript>`;
const corrected = () => ({ corrected_transcript: sample.corrected, note: sample.note });
const audio = () => ({
  inlineData: { mimeType: 'audio/wav', data: readFileSync(sampleFile).toString('base64') },
});
const properties = { corrected_transcript: { type: Type.STRING }, note: { type: Type.STRING } };

describe('@google/genai', () => {
  const models = (apiVersion?: string) =>
    new GoogleGenAI({
      apiKey: 'test-key',
      apiVersion,
      httpOptions: { baseUrl: simulator.url },
    }).models;

  it.each([undefined, 'v1'])('corrects with audio and a schema, API version %s', async (apiVersion) => {
    const answer = await models(apiVersion).generateContent({
      model: 'gemini-3.8-flash',
      contents: [{ role: 'user', parts: [audio(), { text: prompt() }] }],
      config: {
        systemInstruction: 'You correct transcripts.',
        responseMimeType: 'application/json',
        responseSchema: { type: Type.OBJECT, properties },
      },
    });
    expect(JSON.parse(answer.text ?? '')).toEqual(corrected());
    expect(answer.candidates?.[0]?.finishReason).toBe('STOP');
    expect(simulator.ledger.corrections).toMatchObject([{ audioSha256: sample.sha256 }]);
    expect(simulator.ledger.corrections[0]?.prompt).toContain('You correct transcripts.');
  });

  it('summarizes a bare text', async () => {
    const answer = await models().generateContent({
      model: 'gemini-3.5-flash-lite',
      contents: '<transcript>\nHello. Bye.\n</transcript>',
    });
    expect(answer.text).toBe('The conversation opens with “Hello”. It closes with “Bye”.');
  });

  it('sends thinking, limits and store where the simulator reads them', async () => {
    await models().generateContent({
      model: 'models/gemini-3.8-flash',
      contents: 'x',
      config: {
        temperature: 0.5,
        maxOutputTokens: 2000,
        thinkingConfig: { thinkingLevel: ThinkingLevel.LOW },
        store: false,
      },
    });
    expect(simulator.ledger.summaries).toMatchObject([
      {
        model: 'gemini-3.8-flash',
        temperature: 0.5,
        maxOutputTokens: 2000,
        thinkingLevel: 'LOW',
        store: false,
      },
    ]);
  });

  it('lists the models page by page', async () => {
    const names: (string | undefined)[] = [];
    for await (const { name } of await models().list({ config: { pageSize: 3 } })) {
      names.push(name);
    }
    expect(names).toHaveLength(8);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('models/gemini-3.8-flash');
  });

  describe('for Vertex AI', () => {
    const vertexModels = () =>
      new GoogleGenAI({
        vertexai: true,
        project: 'p',
        location: 'eu',
        httpOptions: { baseUrl: simulator.url },
        googleAuthOptions: {
          authClient: {
            getRequestHeaders: () => Promise.resolve(new Headers({ authorization: 'Bearer token' })),
          } as never,
        },
      }).models;

    it('lists the models', async () => {
      const pager = await vertexModels().list();
      expect(pager.page.map(({ name }) => name)).toContain('publishers/google/models/gemini-3.8-flash');
    });

    it('answers, with the requested thinking level', async () => {
      const { usageMetadata } = await vertexModels().generateContent({
        model: 'gemini-3.8-flash',
        contents: 'x',
        config: { thinkingConfig: { thinkingLevel: ThinkingLevel.LOW } },
      });
      expect(usageMetadata?.thoughtsTokenCount).toBe(64);
      expect(simulator.ledger.summaries[0]?.path).toContain('/projects/p/locations/eu/publishers/google/');
    });
  });

  it('sees a 429 as an error with its status', async () => {
    simulator.faults.add({
      operation: 'summarize',
      effect: { kind: 'status', status: 429, body: { error: {} } },
    });
    const answer = models().generateContent({ model: 'gemini-3.5-flash-lite', contents: 'x' });
    await expect(answer).rejects.toMatchObject({ status: 429 });
  });
});

describe('@google-cloud/vertexai', () => {
  it('corrects with audio and a schema', async () => {
    // The package supports https only, and requests a token from Google: both are redirected to the
    // simulator.
    const realFetch = globalThis.fetch;
    const toSimulator = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation((url, init) => realFetch((url as string).replace('https://', 'http://'), init));
    // It warns at each start that it is no longer developed.
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const authClient = {
      getAccessToken: () => Promise.resolve({ token: 'token' }),
      getRequestHeaders: () => Promise.resolve(new Headers()),
    };
    try {
      const vertex = new VertexAI({
        project: 'p',
        location: 'europe-west1',
        apiEndpoint: new URL(simulator.url).host,
        googleAuthOptions: { authClient: authClient as never },
      });
      const model = vertex.getGenerativeModel({ model: 'gemini-3.8-flash' });
      const { response } = await model.generateContent({
        contents: [{ role: 'user', parts: [audio(), { text: prompt() }] }],
        generationConfig: {
          responseMimeType: 'application/json',
          responseSchema: { type: 'OBJECT' as never, properties: properties as never },
        },
      });
      expect(JSON.parse(response.candidates?.[0]?.content.parts[0]?.text ?? '')).toEqual(corrected());
      expect(toSimulator.mock.calls[0]?.[0]).toBe(
        `https://${new URL(simulator.url).host}/v1/projects/p/locations/europe-west1/publishers/google/models/gemini-3.8-flash:generateContent`,
      );
      expect(simulator.ledger.corrections).toMatchObject([{ audioSha256: sample.sha256 }]);
    } finally {
      toSimulator.mockRestore();
      warn.mockRestore();
    }
  });
});
