import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Effect } from '../fault-types.js';
import { findSamplesFolder, type Sample } from '../samples.js';
import { type Simulator, startSimulator } from '../simulator.js';
import { type ApiAnswer, ApiClient } from '../testing/api-client.js';

let simulator: Simulator;
let api: ApiClient;
let sample: Sample;

beforeAll(async () => {
  simulator = await startSimulator();
  api = new ApiClient(simulator, { 'x-goog-api-key': 'test-key' });
  const found = simulator.samples.manifest.recordings.find(({ file }) => file === '02-ramp.wav');
  if (found === undefined) {
    throw new Error('02-ramp.wav is not in the manifest.');
  }
  sample = found;
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

const pathOf = (model: string) => `/v1beta/models/${model}:generateContent`;
const PATH = pathOf('gemini-3.8-flash');
const CORRECTION = {
  responseMimeType: 'application/json',
  responseSchema: {
    type: 'OBJECT',
    properties: { corrected_transcript: { type: 'STRING' }, note: { type: 'STRING' } },
  },
};

/** Thinking tokens of the simulated models, by level. */
const THOUGHTS = { low: 64, medium: 256, high: 1024 };

const promptWith = (partial: string, redaction = 'off') =>
  `Correct the transcript.\nPII redaction: ${redaction}\n<partial_transcript>\n${partial}\n</partial_transcript>`;

const inlineAudio = () => ({
  inlineData: {
    mimeType: 'audio/wav',
    data: readFileSync(join(findSamplesFolder(), sample.file)).toString('base64'),
  },
});

const correct = (prompt: string, options: { audio?: object[]; config?: object; path?: string } = {}) =>
  api.request('POST', options.path ?? PATH, {
    systemInstruction: { parts: [{ text: 'You correct transcripts.' }] },
    contents: [{ role: 'user', parts: [...(options.audio ?? []), { text: prompt }] }],
    generationConfig: { ...CORRECTION, ...options.config },
  });

const summarize = (prompt: string, config?: object) =>
  api.request('POST', PATH, { contents: [{ parts: [{ text: prompt }] }], generationConfig: config });

interface Candidate {
  content: { role: string; parts: { text: string }[] };
  finishReason: string;
}

const candidateOf = ({ json }: ApiAnswer) => (json.candidates as Candidate[])[0];
const textOf = (answer: ApiAnswer) => candidateOf(answer)?.content.parts[0]?.text ?? '';

describe('a correction', () => {
  it('of a recording that is known by its bytes returns the spoken text and a note', async () => {
    const answer = await correct(promptWith('whatever'), { audio: [inlineAudio()] });
    expect(answer.status).toBe(200);
    expect(JSON.parse(textOf(answer))).toEqual({ corrected_transcript: sample.corrected, note: sample.note });
    expect(answer.json).toMatchObject({
      candidates: [{ content: { role: 'model' }, finishReason: 'STOP', index: 0 }],
      modelVersion: 'gemini-3.8-flash',
      usageMetadata: { totalTokenCount: expect.any(Number) as unknown },
    });
    const [correction] = simulator.ledger.corrections;
    expect(correction).toMatchObject({
      model: 'gemini-3.8-flash',
      audio: 'inline',
      audioSha256: sample.sha256,
      sample: sample.file,
      redaction: false,
      status: 200,
      finishReason: 'STOP',
    });
    expect(correction?.audioBytes).toBe(readFileSync(join(findSamplesFolder(), sample.file)).length);
    expect(correction?.prompt).toContain('You correct transcripts.');
  });

  it('without the bytes uses the partial text', async () => {
    const answer = await correct(promptWith(sample.heard));
    expect(JSON.parse(textOf(answer))).toMatchObject({ corrected_transcript: sample.corrected });
    expect(simulator.ledger.corrections).toMatchObject([{ audio: 'none', audioBytes: 0 }]);
  });

  it('with redaction requested returns the redacted text', async () => {
    const answer = await correct(promptWith(sample.heard, 'on'));
    expect(JSON.parse(textOf(answer))).toMatchObject({ corrected_transcript: sample.correctedRedacted });
    expect(simulator.ledger.corrections).toMatchObject([{ redaction: true }]);
  });

  it('does not mistake words inside the transcript for the request to redact', async () => {
    const answer = await correct(promptWith(`${sample.heard} She said PII redaction: on, twice.`));
    expect(JSON.parse(textOf(answer))).toMatchObject({ corrected_transcript: sample.corrected });
  });

  const unknown: [string, string][] = [
    ['Nobody knows this.\nIn two lines.', 'Nobody knows this.\nIn two lines.'],
    ['[simulated transcript 3f2a91] Some words.', '[simulated transcript 3f2a91] Some words. (corrected)'],
    ['', ''],
  ];
  it.each(unknown)(
    'of an unknown recording with the partial text %j returns %j',
    async (partial, expected) => {
      const answer = await correct(promptWith(partial));
      expect(JSON.parse(textOf(answer))).toMatchObject({ corrected_transcript: expected });
    },
  );

  it('longer than the output limit is cut, with MAX_TOKENS', async () => {
    const config = { maxOutputTokens: THOUGHTS.low + 20, thinkingConfig: { thinkingLevel: 'low' } };
    const answer = await correct(promptWith('word '.repeat(100)), { config });
    expect(candidateOf(answer)?.finishReason).toBe('MAX_TOKENS');
    expect(textOf(answer)).toHaveLength(80);
  });

  it('whose limit is spent on thoughts has no text at all', async () => {
    const answer = await correct(promptWith('word'), { config: { maxOutputTokens: 20 } });
    expect(candidateOf(answer)).toEqual({ content: { role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 });
    expect(answer.json.usageMetadata).toMatchObject({ candidatesTokenCount: 0, thoughtsTokenCount: 20 });
  });

  it('is recognized by a JSON schema as well', async () => {
    const { responseSchema: responseJsonSchema } = CORRECTION;
    await summarize(promptWith('x'), { responseJsonSchema });
    expect(simulator.ledger.counts).toMatchObject({ correct: 1, summarize: 0 });
  });
});

describe('the thoughts of a model', () => {
  const usageOf = async (model: string, config?: object) =>
    (await correct(promptWith('x'), { path: pathOf(model), config })).json.usageMetadata as Record<
      string,
      number
    >;
  const level = (thinkingLevel: string) => ({ thinkingConfig: { thinkingLevel } });

  const levels: [string, string, number | undefined][] = [
    ['gemini-3.8-flash', 'low', THOUGHTS.low],
    ['gemini-3.8-flash', 'MEDIUM', THOUGHTS.medium],
    ['gemini-3.1-pro-preview', 'HIGH', THOUGHTS.high],
    ['gemini-3.5-flash-lite', 'minimal', undefined],
  ];
  it.each(levels)('%s at level %s are %s tokens', async (model, name, tokens) => {
    const usage = await usageOf(model, level(name));
    expect(usage.thoughtsTokenCount).toBe(tokens);
    const { promptTokenCount = 0, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = usage;
    expect(usage.totalTokenCount).toBe(promptTokenCount + candidatesTokenCount + thoughtsTokenCount);
  });

  it('follow its own default when the request names no level', async () => {
    expect((await usageOf('gemini-3.8-flash')).thoughtsTokenCount).toBe(THOUGHTS.medium);
    expect((await usageOf('gemini-3.1-pro-preview')).thoughtsTokenCount).toBe(THOUGHTS.high);
    expect((await usageOf('gemini-3.5-flash-lite')).thoughtsTokenCount).toBeUndefined();
  });

  it('are none on Gemini 2.5', async () => {
    const usage = await usageOf('gemini-2.5-flash-lite', { thinkingConfig: { thinkingBudget: 512 } });
    expect(usage.thoughtsTokenCount).toBeUndefined();
  });
});

describe('a summary', () => {
  const prompt =
    'Summarize.\n<transcript>\nGood evening. We talk about a bridge! See you in March.\n</transcript>';
  const expected = 'The conversation opens with “Good evening”. It closes with “See you in March”.';

  it('is two sentences made of the transcript, as text or as JSON', async () => {
    expect(textOf(await summarize(prompt))).toBe(expected);
    const schema = { responseSchema: { properties: { summary: { type: 'STRING' } } } };
    expect(JSON.parse(textOf(await summarize(prompt, schema)))).toEqual({ summary: expected });
    expect(simulator.ledger.counts).toMatchObject({ correct: 0, summarize: 2 });
  });
});

describe('a summary of summaries', () => {
  const block = (summary: string) => `Part 1 of 3\n<part_summary>\n${summary}\n</part_summary>`;
  const summaryOf = (first: string, last: string) =>
    `The conversation opens with “${first}”. It closes with “${last}”.`;

  it('opens as the first and closes as the last of them', async () => {
    const parts = [summaryOf('Good evening', 'One'), summaryOf('Two', 'Three'), summaryOf('Four', 'Bye')];
    const prompt = ['Main language: en', ...parts.map(block)].join('\n\n');
    expect(textOf(await summarize(prompt))).toBe(summaryOf('Good evening', 'Bye'));
  });

  it('joins what is not its own', async () => {
    expect(textOf(await summarize([block('They met.'), block('They left.')].join('\n\n')))).toBe(
      'They met. They left.',
    );
  });
});

describe('the limit of input tokens', () => {
  afterEach(() => {
    simulator.updateSettings({ inputTokenLimit: 1_048_576 });
  });

  it('refuses a longer request as the real service does, and only that', async () => {
    simulator.updateSettings({ inputTokenLimit: 100 });
    expect((await summarize('x'.repeat(400))).status).toBe(200);
    const refused = await summarize('x'.repeat(401));
    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject({
      error: {
        status: 'INVALID_ARGUMENT',
        message: 'The input token count (101) exceeds the maximum number of tokens allowed (100).',
      },
    });
  });

  it('counts the recording', async () => {
    simulator.updateSettings({ inputTokenLimit: 100 });
    expect((await correct('x', { audio: [inlineAudio()] })).status).toBe(400);
  });
});

describe('a fault of the model', () => {
  const struckBy = (effect: Effect) => {
    simulator.faults.add({ operation: 'correct', effect });
    return correct(promptWith('One two three four.'));
  };

  it('text: says exactly this, NUL included', async () => {
    const text = '{"corrected_transcript": "cut \u0000 off';
    expect(textOf(await struckBy({ kind: 'text', text }))).toBe(text);
  });

  it('empty: has no candidates', async () => {
    const { status, json } = await struckBy({ kind: 'empty' });
    expect(status).toBe(200);
    expect(json.candidates).toBeUndefined();
  });

  it('blocked: has the reason and no candidates', async () => {
    const { json } = await struckBy({ kind: 'blocked', reason: 'PROHIBITED_CONTENT' });
    expect(json.promptFeedback).toEqual({ blockReason: 'PROHIBITED_CONTENT' });
    expect(json.candidates).toBeUndefined();
  });

  it('finish: stops half way for this reason', async () => {
    const answer = await struckBy({ kind: 'finish', finishReason: 'MAX_TOKENS' });
    expect(candidateOf(answer)?.finishReason).toBe('MAX_TOKENS');
    expect(textOf(answer)).toMatch(/^\{"corrected_transcript":"One/);
    expect(() => JSON.parse(textOf(answer)) as unknown).toThrow();
    expect(simulator.ledger.corrections).toMatchObject([{ finishReason: 'MAX_TOKENS' }]);
  });

  const blocks = ['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'OTHER'];
  it.each(blocks)('blocked: may say %s', async (reason) => {
    expect((await struckBy({ kind: 'blocked', reason })).json.promptFeedback).toEqual({
      blockReason: reason,
    });
  });

  const ofListening: [Effect, object][] = [
    [{ kind: 'empty' }, {}],
    [{ kind: 'blocked', reason: 'OTHER' }, { promptFeedback: { blockReason: 'OTHER' } }],
    [{ kind: 'finish', finishReason: 'SAFETY' }, { candidates: [{ finishReason: 'SAFETY' }] }],
  ];
  it.each(ofListening)('strikes a listening too: %j', async (effect, expected) => {
    simulator.faults.add({ operation: 'listen', effect });
    const { status, json } = await correct('Listen.', { audio: [inlineAudio()] });
    expect(status).toBe(200);
    expect(json).toMatchObject(expected);
    expect('candidates' in json).toBe(effect.kind === 'finish');
    expect(simulator.ledger.listenings).toHaveLength(1);
  });

  it('strikes only the model that it names', async () => {
    simulator.faults.add({
      operation: 'correct',
      match: { model: 'gemini-3.5-flash-lite' },
      effect: { kind: 'empty' },
    });
    expect((await correct(promptWith('x'))).json.candidates).toBeDefined();
    const flash = await correct(promptWith('x'), { path: pathOf('gemini-3.5-flash-lite') });
    expect(flash.json.candidates).toBeUndefined();
  });
});

describe('credentials and requests', () => {
  const VERTEX =
    '/v1/projects/p/locations/europe-west1/publishers/google/models/gemini-3.8-flash:generateContent';
  const cases: [string, Record<string, string>, string, number, string][] = [
    ['no key', {}, PATH, 403, 'PERMISSION_DENIED'],
    ['a wrong key', { 'x-goog-api-key': 'invalid' }, PATH, 400, 'INVALID_ARGUMENT'],
    ['no token on Vertex AI', { 'x-goog-api-key': 'k' }, VERTEX, 401, 'UNAUTHENTICATED'],
    ['a wrong token on Vertex AI', { authorization: 'Bearer invalid' }, VERTEX, 401, 'UNAUTHENTICATED'],
  ];
  it.each(cases)('with %s are refused as by the real service', async (_case, headers, path, code, status) => {
    const body = { contents: [{ parts: [{ text: 'x' }] }] };
    const answer = await new ApiClient(simulator, headers).request('POST', path, body);
    expect(answer.status).toBe(code);
    expect(answer.json).toMatchObject({ error: { code, status, message: expect.any(String) as unknown } });
  });

  it('take the key from the query too', async () => {
    const body = { contents: [{ parts: [{ text: 'x' }] }] };
    expect((await new ApiClient(simulator, {}).request('POST', `${PATH}?key=k`, body)).status).toBe(200);
  });

  it('with an unknown model or method are a 404', async () => {
    expect((await correct('x', { path: '/v1beta/models/gpt-4:generateContent' })).status).toBe(404);
    expect((await correct('x', { path: '/v1beta/models/gemini-3.8-flash:embedContent' })).status).toBe(404);
  });

  it('without contents are a 400', async () => {
    expect((await api.request('POST', PATH, {})).json).toMatchObject({
      error: { status: 'INVALID_ARGUMENT' },
    });
  });

  it('above 20 MB are a 400 with the message of the real service, but accepted on Vertex AI', async () => {
    const data = Buffer.alloc(16_000_000).toString('base64');
    const body = { contents: [{ parts: [{ inlineData: { mimeType: 'audio/wav', data } }] }] };
    const answer = await api.request('POST', PATH, body);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      error: { message: 'Request payload size exceeds the limit: 20971520 bytes.' },
    });
    const vertex = new ApiClient(simulator, { authorization: 'Bearer token' });
    expect((await vertex.request('POST', VERTEX, body)).status).toBe(200);
  });
});
