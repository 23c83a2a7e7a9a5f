import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { validate as isUuid, version as uuidVersion } from 'uuid';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { ConversationResponse } from '../src/conversations/conversations.dto.js';
import type { ProjectResponse } from '../src/conversations/projects.dto.js';
import { Api, type Answer } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { httpRequest } from './support/http-request.js';
import { addChunkByUrl, openSubmission, PLACEHOLDER, submitOf } from './support/open-submission.js';
import { query } from './support/record.js';
import { CALLBACK_SECRET, World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const ISO_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const MAX_PROMPT_LENGTH = 100_000;

const ERROR_NAMES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
};

/** The one shape of every error; its message is a text or a list of texts, and never empty. */
function expectError({ status, body }: { status: number; body: unknown }, wanted: number): void {
  expect([status, body]).toEqual([
    wanted,
    { statusCode: wanted, error: ERROR_NAMES[wanted], message: expect.anything() as unknown },
  ]);
  const { message } = body as { message: unknown };
  const messages: unknown[] = Array.isArray(message) ? message : [message];
  expect(messages.length).toBeGreaterThan(0);
  for (const text of messages) expect(text).toMatch(/\S/);
}

let world: World;
let host: AudioHost;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

async function createProject(settings: object = {}): Promise<ProjectResponse> {
  const answer = await world.api.post<ProjectResponse>('/api/projects', { name: 'Meetings', ...settings });
  expect(answer.status).toBe(201);
  return answer.body;
}

async function settledChunk(conversationId: string, audioUrl = host.newUrl()): Promise<ChunkResponse> {
  return world.api.settledChunk((await addChunkByUrl(world, conversationId, audioUrl)).id);
}

/** A chunk whose transcript ended in an error that nothing can be done about, once. */
async function failedChunk(conversationId: string): Promise<ChunkResponse & { audioUrl: string }> {
  const audioUrl = host.newUrl();
  world.simulator.faults.add({
    operation: 'submit',
    match: { audioUrlContains: audioUrl },
    effect: { kind: 'outcome', status: 'error', error: 'Audio duration is too short.' },
    times: 1,
  });
  const chunk = await settledChunk(conversationId, audioUrl);
  expect(chunk.status).toBe('failed');
  return { ...chunk, audioUrl };
}

function transcribe(chunkId: string, suffix = '', body?: object): Promise<Answer<ChunkResponse>> {
  return world.api.post(`/api/transcription/chunks/${chunkId}${suffix}`, body);
}

describe('projects', () => {
  it('are made with defaults, an id that sorts by time, and times in UTC', async () => {
    const project = await createProject();
    expect(project).toEqual({
      id: expect.any(String) as unknown,
      name: 'Meetings',
      language: null,
      transcriptPrompt: null,
      createdAt: expect.stringMatching(ISO_UTC) as unknown,
      updatedAt: project.createdAt,
    });
    expect([isUuid(project.id), uuidVersion(project.id)]).toEqual([true, 7]);
    expect((await world.api.get(`/api/projects/${project.id}`)).body).toEqual(project);
  });

  it('are changed in what is given only, and null clears a setting', async () => {
    const { id } = await createProject({ language: 'nl', transcriptPrompt: 'Wilgenbrug' });

    const renamed = await world.api.patch<ProjectResponse>(`/api/projects/${id}`, { name: 'Assemblies' });
    const cleared = await world.api.patch<ProjectResponse>(`/api/projects/${id}`, {
      language: null,
      transcriptPrompt: null,
    });
    const unchanged = await world.api.patch<ProjectResponse>(`/api/projects/${id}`, {});

    expect(renamed.status).toBe(200);
    expect(renamed.body).toMatchObject({
      name: 'Assemblies',
      language: 'nl',
      transcriptPrompt: 'Wilgenbrug',
    });
    expect(cleared.body).toMatchObject({ name: 'Assemblies', language: null, transcriptPrompt: null });
    expect(unchanged.body).toMatchObject({ name: 'Assemblies', language: null, transcriptPrompt: null });
    expect(Date.parse(cleared.body.updatedAt)).toBeGreaterThan(Date.parse(cleared.body.createdAt));
  });

  it('keep text of every script, and of the greatest length, as it is', async () => {
    const name = 'Überblick, 会議, مشروع, 👩‍👩‍👧, "quoted", \'; drop table projects; --';
    const transcriptPrompt = 'é'.repeat(MAX_PROMPT_LENGTH);
    const { id } = await createProject({ name, transcriptPrompt });
    expect((await world.api.get(`/api/projects/${id}`)).body).toMatchObject({ name, transcriptPrompt });
  });

  const refused: [string, object | string][] = [
    ['no name', { language: 'en' }],
    ['a null name', { name: null }],
    ['an empty name', { name: '' }],
    ['a blank name', { name: ' \n\t' }],
    ['a name that is no text', { name: 5 }],
    ['a name that is a list', { name: ['a'] }],
    ['a name of 201 characters', { name: 'x'.repeat(201) }],
    ['a NUL in its name', { name: 'a\0b' }],
    ['half a surrogate pair in its name', '{"name": "a\\ud800"}'],
    ['an unknown field', { name: 'a', nmae: 'b' }],
    ['an id of its own', { name: 'a', id: UNKNOWN_ID }],
    ['a language that is no code', { name: 'a', language: 'English' }],
    ['an empty language', { name: 'a', language: '' }],
    ['a language in capitals', { name: 'a', language: 'EN' }],
    ['a language that is no text', { name: 'a', language: ['en'] }],
    ['a NUL in its prompt', { name: 'a', transcriptPrompt: 'a\0b' }],
    ['a prompt without end', { name: 'a', transcriptPrompt: 'x'.repeat(MAX_PROMPT_LENGTH + 1) }],
    ['a prompt that is no text', { name: 'a', transcriptPrompt: { a: 1 } }],
    ['a list as its body', [{ name: 'a' }]],
    ['an empty list as its body', []],
    ['a text as its body', '"a"'],
    ['a number as its body', '5'],
    ['null as its body', 'null'],
    ['a body that is no JSON', '{"name": "a"'],
    ['a prototype in its body', '{"name": "a", "__proto__": {"language": "nl"}}'],
  ];

  it.each(refused)('are refused with %s', async (_name, body) => {
    expectError(await world.api.post('/api/projects', body), 400);
  });

  it.each([{ name: null }, { name: '' }, { nmae: 'a' }, { language: 'English' }, { transcriptPrompt: '\0' }])(
    'are not changed to %j',
    async (changes) => {
      const project = await createProject();
      expectError(await world.api.patch(`/api/projects/${project.id}`, changes), 400);
      expect((await world.api.get(`/api/projects/${project.id}`)).body).toEqual(project);
    },
  );

  it.each(['en', 'nl', 'auto', 'pt-BR', 'en_us', 'zh', 'yue'])('take the language %s', async (language) => {
    expect((await createProject({ language })).language).toBe(language);
  });
});

describe('conversations', () => {
  it('are opened without any setting, and without a body', async () => {
    const answers = [
      await world.api.post<ConversationResponse>('/api/conversations', {}),
      await world.api.post<ConversationResponse>('/api/conversations'),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(201);
      expect(body).toEqual({
        id: expect.any(String) as unknown,
        projectId: null,
        language: 'en',
        transcriptPrompt: null,
        redactPii: false,
        anonymize: false,
        status: 'open',
        chunks: { total: 0, pending: 0, completed: 0, failed: 0 },
        transcript: null,
        summary: null,
        createdAt: expect.stringMatching(ISO_UTC) as unknown,
        finishedAt: null,
        finalizedAt: null,
      });
      expect(uuidVersion(body.id)).toBe(7);
      expect((await world.api.conversation(body.id)).id).toBe(body.id);
    }
  });

  it('take null for a setting as not given', async () => {
    const settings = {
      projectId: null,
      language: null,
      transcriptPrompt: null,
      redactPii: null,
      anonymize: null,
    };
    const { language, redactPii, anonymize } = await world.api.createConversation(settings);
    expect({ language, redactPii, anonymize }).toEqual({
      language: 'en',
      redactPii: false,
      anonymize: false,
    });
  });

  it('have the settings of their project, also those it is given later', async () => {
    const project = await createProject({ language: 'nl', transcriptPrompt: 'Wilgenbrug' });
    const { id, ...conversation } = await world.api.createConversation({ projectId: project.id });
    await world.api.patch(`/api/projects/${project.id}`, { language: 'de', transcriptPrompt: null });

    expect(conversation).toMatchObject({
      projectId: project.id,
      language: 'nl',
      transcriptPrompt: 'Wilgenbrug',
    });
    expect(await world.api.conversation(id)).toMatchObject({ language: 'de', transcriptPrompt: null });
  });

  it('put their own settings before those of their project, towards the provider too', async () => {
    const project = await createProject({ language: 'nl', transcriptPrompt: 'Wilgenbrug' });
    const conversation = await world.api.createConversation({
      projectId: project.id,
      language: 'de',
      transcriptPrompt: 'Havenkwartier, Ringdijk',
      redactPii: true,
    });
    expect(conversation).toMatchObject({
      language: 'de',
      transcriptPrompt: 'Havenkwartier, Ringdijk',
      redactPii: true,
    });
    const audioUrl = host.newUrl();

    await settledChunk(conversation.id, audioUrl);

    const submit = world.simulator.ledger.submits.find((record) => record.audioUrl === audioUrl);
    expect(submit?.body).toMatchObject({
      language_code: 'de',
      keyterms_prompt: ['Havenkwartier', 'Ringdijk'],
    });
  });

  it('send what their project says where they say nothing', async () => {
    const project = await createProject({ language: 'auto', transcriptPrompt: 'Wilgenbrug' });
    const conversation = await world.api.createConversation({ projectId: project.id });
    const audioUrl = host.newUrl();

    await settledChunk(conversation.id, audioUrl);

    const submit = world.simulator.ledger.submits.find((record) => record.audioUrl === audioUrl);
    expect(submit?.body).toMatchObject({ language_detection: true, keyterms_prompt: ['Wilgenbrug'] });
  });

  const refused: [string, object | string][] = [
    ['a project that does not exist', { projectId: UNKNOWN_ID }],
    ['a project id that is none', { projectId: 'a' }],
    ['a project id that is a number', { projectId: 5 }],
    ['a language that is no code', { language: 'en-' }],
    ['a NUL in its prompt', { transcriptPrompt: '\0' }],
    ['an empty prompt', { transcriptPrompt: '' }],
    ['a prompt without end', { transcriptPrompt: 'x'.repeat(MAX_PROMPT_LENGTH + 1) }],
    ['a text for redactPii', { redactPii: 'true' }],
    ['a number for anonymize', { anonymize: 1 }],
    ['an unknown field', { redactPII: true }],
    ['a status', { status: 'finalized' }],
    ['a list as its body', [{ language: 'en' }]],
    ['an empty list as its body', []],
    ['a text as its body', '"open"'],
    ['true as its body', 'true'],
    ['half a body', '{'],
  ];

  it.each(refused)('are refused with %s', async (_name, body) => {
    expectError(await world.api.post('/api/conversations', body), 400);
  });

  describe('when they are finished', () => {
    it('before the last chunk, are finalized when that one has settled', async () => {
      const { conversationId, transcriptId, chunk } = await openSubmission(world, host);

      const finished = await world.api.finish(conversationId);
      await world.simulator.assemblyai.finish(transcriptId);
      const finalized = await world.api.summarizedConversation(conversationId);

      expect(finished).toMatchObject({
        status: 'finished',
        finishedAt: expect.stringMatching(ISO_UTC) as unknown,
        finalizedAt: null,
        transcript: null,
        chunks: { total: 1, pending: 1, completed: 0, failed: 0 },
      });
      expect(finalized).toMatchObject({
        status: 'finalized',
        finishedAt: finished.finishedAt,
        finalizedAt: expect.stringMatching(ISO_UTC) as unknown,
        transcript: (await world.api.chunk(chunk.id)).transcript,
        chunks: { total: 1, pending: 0, completed: 1, failed: 0 },
      });
      expect(finalized.summary).toMatch(/\S/);
    });

    it('after the last chunk, are finalized at once', async () => {
      const { id } = await world.api.createConversation();
      const chunk = await settledChunk(id);
      await world.api.finish(id);
      expect((await world.api.finalizedConversation(id)).transcript).toBe(chunk.transcript);
    });

    it('twice, and ten times at once, are finalized as when they are finished once', async () => {
      const { id } = await world.api.createConversation();
      const chunk = await settledChunk(id);
      const answers = await Promise.all(Array.from({ length: 10 }, () => world.api.finish(id)));
      const first = await world.api.summarizedConversation(id);
      const again = await world.api.finish(id);

      expect(new Set(answers.map(({ finishedAt }) => finishedAt)).size).toBe(1);
      expect(again).toEqual(first);
      expect(first.finishedAt).toBe(answers[0]?.finishedAt);
      const mark = PLACEHOLDER.exec(chunk.transcript ?? '')?.groups?.mark ?? 'no mark';
      const summaries = world.simulator.ledger.summaries.filter(({ prompt }) => prompt.includes(mark));
      expect(summaries).toHaveLength(1);
    });

    it('without any chunk, are finalized without a text and without a summary', async () => {
      const { id } = await world.api.createConversation();
      await world.api.finish(id);
      const conversation = await world.api.finalizedConversation(id);
      expect(conversation).toMatchObject({
        transcript: '[Nothing to transcribe]',
        summary: null,
        chunks: { total: 0, pending: 0, completed: 0, failed: 0 },
      });
    });

    it('with failed chunks only, are finalized without a text', async () => {
      const { id } = await world.api.createConversation();
      await failedChunk(id);
      await world.api.finish(id);
      expect(await world.api.finalizedConversation(id)).toMatchObject({
        transcript: '[Nothing to transcribe]',
        chunks: { total: 1, pending: 0, completed: 0, failed: 1 },
      });
    });

    it('take no more chunks', async () => {
      const { id } = await world.api.createConversation();
      await world.api.finish(id);
      expectError(await world.api.upload(id), 409);
      expectError(await world.api.post(`/api/conversations/${id}/chunks`, { audioUrl: host.newUrl() }), 409);
      await world.api.finalizedConversation(id);
      expectError(await world.api.upload(id), 409);
      expect((await world.api.conversation(id)).chunks.total).toBe(0);
    });
  });
});

describe('chunks', () => {
  it('are accepted with everything that is not known yet as null', async () => {
    const { id } = await world.api.createConversation();
    const audioUrl = host.newUrl();
    const gate = world.simulator.hooks;
    const chunk = await addChunkByUrl(world, id, audioUrl);
    delete gate.beforeSubmitResponse;
    expect(chunk).toMatchObject({
      conversationId: id,
      position: 0,
      transcript: null,
      error: null,
      diarization: null,
      createdAt: expect.stringMatching(ISO_UTC) as unknown,
      transcribedAt: null,
      completedAt: null,
    });
    expect(['queued', 'transcribing']).toContain(chunk.status);
    expect(uuidVersion(chunk.id)).toBe(7);
  });

  it('tell their whole story when they are completed', async () => {
    const { id } = await world.api.createConversation();
    const audioUrl = host.newUrl();
    const chunk = await settledChunk(id, audioUrl);
    const times = [chunk.createdAt, chunk.submittedAt, chunk.transcribedAt, chunk.completedAt];
    expect(chunk).toMatchObject({
      status: 'completed',
      transcript: expect.stringMatching(PLACEHOLDER) as unknown,
      error: null,
      strategy: 'webhook',
      transcriptId: submitOf(world, audioUrl).transcriptId,
      diarization: { schema: 'Dembrane-25-09', data: { error: null, note: expect.any(String) as unknown } },
    });
    for (const time of times) expect(time).toMatch(ISO_UTC);
    expect([...times].sort()).toEqual(times);
    const events = await waitUntil(
      () => world.api.events(chunk.id),
      (found) => found.some(({ job, event }) => job === 'correct' && event === 'completed'),
    );
    expect(events.map(({ job }) => job)).toEqual(expect.arrayContaining(['submit', 'check', 'correct']));
    for (const { chunkId, at } of events) {
      expect(chunkId).toBe(chunk.id);
      expect(at).toMatch(ISO_UTC);
    }
  });

  it('say why they failed', async () => {
    const { id } = await world.api.createConversation();
    const chunk = await failedChunk(id);
    expect(chunk).toMatchObject({
      transcript: null,
      error: expect.stringContaining('Audio duration is too short.') as unknown,
      completedAt: expect.stringMatching(ISO_UTC) as unknown,
    });
  });
});

describe('what does not exist', () => {
  const routes: [string, string][] = [
    ['GET', '/api/projects/:id'],
    ['PATCH', '/api/projects/:id'],
    ['GET', '/api/conversations/:id'],
    ['POST', '/api/conversations/:id/finish'],
    ['GET', '/api/conversations/:id/transcript'],
    ['GET', '/api/conversations/:id/events'],
    ['POST', '/api/conversations/:id/chunks'],
    ['GET', '/api/chunks/:id'],
    ['GET', '/api/chunks/:id/events'],
    ['POST', '/api/transcription/chunks/:id'],
  ];

  function call(method: string, path: string): Promise<Answer> {
    const hasBody = method !== 'GET' && !path.endsWith('/finish');
    const body = path.endsWith('/chunks') ? { audioUrl: 'https://example.org/a.mp3' } : {};
    return world.api.send(method, path, {
      headers: hasBody ? { 'content-type': 'application/json' } : {},
      body: hasBody ? JSON.stringify(body) : undefined,
    });
  }

  it.each(routes)('is a 404: %s %s', async (method, path) => {
    expectError(await call(method, path.replace(':id', UNKNOWN_ID)), 404);
  });

  it.each(routes)('is a 400 when its id is none: %s %s', async (method, path) => {
    for (const id of ['a', '1', `${UNKNOWN_ID}0`, '%00', 'null', UNKNOWN_ID.replaceAll('-', '')]) {
      expectError(await call(method, path.replace(':id', id)), 400);
    }
  });

  it.each([
    ['GET', '/'],
    ['GET', '/api'],
    ['GET', '/api/projects'],
    ['DELETE', `/api/projects/${UNKNOWN_ID}`],
    ['PUT', '/api/conversations'],
    ['GET', '/api/webhooks/assemblyai'],
    ['GET', '/api/conversations//transcript'],
    ['POST', '/health/live'],
    ['GET', '/.env'],
    ['GET', '/docs/../package.json'],
  ])('is a 404 when there is no such route: %s %s', async (method, path) => {
    expectError(await httpRequest(world.api.url, { method, path }), 404);
  });

  it('is an error of the same shape when the URL itself is broken', async () => {
    expectError(await httpRequest(world.api.url, { method: 'GET', path: '/api/chunks/%zz' }), 400);
    const long = await httpRequest(world.api.url, {
      method: 'GET',
      path: `/api/chunks/${'a'.repeat(5_000)}`,
    });
    expect([400, 404, 414]).toContain(long.status);
    expect(long.body).toEqual({
      statusCode: long.status,
      error: expect.any(String) as unknown,
      message: expect.anything() as unknown,
    });
  });
});

describe('a body', () => {
  it.each(['text/plain', 'application/xml', 'application/octet-stream', 'nonsense'])(
    'that is %s is refused with 415 where JSON is wanted',
    async (contentType) => {
      const answer = await httpRequest(world.api.url, {
        path: '/api/projects',
        headers: { 'content-type': contentType },
        body: '{"name": "a"}',
      });
      expectError(answer, 415);
    },
  );

  it('that is larger than a mebibyte is refused with 413', async () => {
    expectError(await world.api.post('/api/projects', { name: 'x'.repeat(1_048_577) }), 413);
  });

  it('that is larger than a mebibyte and does not say so is refused with 413', async () => {
    const answer = await httpRequest(world.api.url, {
      path: '/api/projects',
      headers: { 'content-type': 'application/json' },
      body: ['{"name": "', 'x'.repeat(1_048_577), '"}'],
    });
    expectError(answer, 413);
  });

  it('that is JSON only by name is refused with 400, for every route that takes one', async () => {
    const { id } = await world.api.createConversation();
    const { chunk } = await openSubmission(world, host);
    for (const path of [
      '/api/projects',
      '/api/conversations',
      `/api/conversations/${id}/chunks`,
      `/api/transcription/chunks/${chunk.id}`,
    ]) {
      expectError(await world.api.post(path, '{"a":'), 400);
      expectError(await world.api.post(path, { unknownField: 1 }), 400);
    }
  });
});

describe('transcribing a chunk again', () => {
  it('does nothing new while it is in flight, with and without a body, and however often', async () => {
    const { chunk, audioUrl, transcriptId } = await openSubmission(world, host);
    const answers = [
      await transcribe(chunk.id),
      await transcribe(chunk.id, '', {}),
      await transcribe(chunk.id, '?force=true'),
      await transcribe(chunk.id, '?force=false', { redactPii: false }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(202);
      expect(body).toMatchObject({ id: chunk.id, status: 'transcribing', transcriptId });
    }
    await world.simulator.assemblyai.finish(transcriptId);
    expect((await world.api.settledChunk(chunk.id)).transcriptId).toBe(transcriptId);
    expect(submitOf(world, audioUrl).transcriptId).toBe(transcriptId);
  });

  it('tries a failed one again, as often as it is asked to', async () => {
    const { id } = await world.api.createConversation();
    const failed = await failedChunk(id);

    const answer = await transcribe(failed.id);

    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ id: failed.id, error: null, completedAt: null });
    const chunk = await world.api.settledChunk(failed.id);
    expect(chunk).toMatchObject({ status: 'completed', error: null, position: failed.position });
    expect(chunk.transcriptId).not.toBe(failed.transcriptId);
  });

  it('tries a failed one again once, when ten ask at the same time', async () => {
    const { id } = await world.api.createConversation();
    const failed = await failedChunk(id);
    const answers = await Promise.all(Array.from({ length: 10 }, () => transcribe(failed.id)));
    const chunk = await world.api.settledChunk(failed.id);

    // One that was asked after the new text had come would be told so.
    expect(answers.filter(({ status }) => status === 202).length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status !== 202 && status !== 409)).toEqual([]);
    expect(chunk.status).toBe('completed');
    const submits = world.simulator.ledger.submits.filter(({ audioUrl }) => audioUrl === failed.audioUrl);
    expect(submits).toHaveLength(2);
  });

  it('is refused for a completed one, unless it is forced', async () => {
    const { id } = await world.api.createConversation();
    const chunk = await settledChunk(id);

    expectError(await transcribe(chunk.id), 409);
    expectError(await transcribe(chunk.id, '?force=false'), 409);
    expect(await world.api.chunk(chunk.id)).toEqual(chunk);
    const forced = await transcribe(chunk.id, '?force=true');

    expect(forced.status).toBe(202);
    // The text so far stays readable until a new one comes.
    expect(forced.body).toMatchObject({ id: chunk.id, transcript: chunk.transcript, completedAt: null });
    const again = await world.api.settledChunk(chunk.id);
    expect(again).toMatchObject({ status: 'completed', transcript: chunk.transcript });
    expect(again.transcriptId).not.toBe(chunk.transcriptId);
  });

  it.each(['?force=garbage', '?force=1', '?force=TRUE', '?force=', '?force=true&force=true'])(
    'is refused with %s',
    async (suffix) => {
      const { id } = await world.api.createConversation();
      const chunk = await settledChunk(id);
      expectError(await transcribe(chunk.id, suffix), 400);
      expect(await world.api.chunk(chunk.id)).toEqual(chunk);
    },
  );

  it.each([{ redactPii: 'yes' }, { redactPii: 1 }, { force: true }, { language: 'nl' }])(
    'is refused with the body %j',
    async (body) => {
      const { chunk } = await openSubmission(world, host);
      expectError(await transcribe(chunk.id, '', body), 400);
    },
  );

  it('asks for redaction from then on, when it is told to', async () => {
    const { id } = await world.api.createConversation();
    const chunk = await settledChunk(id);
    const forced = await transcribe(chunk.id, '?force=true', { redactPii: true });
    expect(forced.body).toMatchObject({ transcript: null, diarization: null });
    await world.api.settledChunk(chunk.id);
    const mark = PLACEHOLDER.exec(chunk.transcript ?? '')?.groups?.mark ?? 'no mark';
    const corrections = world.simulator.ledger.corrections.filter(({ prompt }) => prompt.includes(mark));
    expect(corrections.map(({ redaction }) => redaction)).toEqual([false, true]);
  });

  it('brings a finalized conversation a new transcript and a new summary', async () => {
    const { id } = await world.api.createConversation();
    const failed = await failedChunk(id);
    const other = await settledChunk(id);
    await world.api.finish(id);
    const before = await world.api.summarizedConversation(id);
    expect(before.transcript).toBe(other.transcript);

    await transcribe(failed.id);
    const chunk = await world.api.settledChunk(failed.id);

    const merged = await waitUntil(
      () => world.api.conversation(id),
      ({ transcript, summary }) => transcript !== before.transcript && summary !== null,
    );
    expect(merged).toMatchObject({
      status: 'finalized',
      transcript: `${chunk.transcript ?? ''}\n\n${other.transcript ?? ''}`,
      finalizedAt: before.finalizedAt,
      chunks: { total: 2, pending: 0, completed: 2, failed: 0 },
    });
    expect(merged.summary).not.toBe(before.summary);
  });

  it('brings a finalized conversation a new transcript also when it is asked for in the middle of the merge', async () => {
    const { id } = await world.api.createConversation();
    const failed = await failedChunk(id);
    const other = await settledChunk(id);
    await world.api.finish(id);
    await world.api.summarizedConversation(id);
    // As in a merge: it holds the conversation, has read the chunks, and has not committed yet.
    const merge = query(
      world.database.url,
      `do $$ begin
        update conversations set status = 'finished', merge_needed = true where id = '${id}';
        commit;
        perform from conversations where id = '${id}' for no key update;
        perform pg_sleep(0.5);
        update conversations set status = 'finalized', merge_needed = false where id = '${id}';
      end $$`,
    );
    await waitUntil(
      () =>
        query<{ status: string }>(world.database.url, 'select status from conversations where id = $1', [id]),
      ([row]) => row?.status === 'finished',
    );

    const restarted = await transcribe(failed.id);
    await merge;

    expect(restarted.status).toBe(202);
    const chunk = await world.api.settledChunk(failed.id);
    const merged = await waitUntil(
      () => world.api.conversation(id),
      ({ transcript }) => transcript !== other.transcript,
      5_000,
    );
    expect(merged.transcript).toBe(`${chunk.transcript ?? ''}\n\n${other.transcript ?? ''}`);
  });
});

describe('an Idempotency-Key', () => {
  function add(conversationId: string, key: string): Promise<Answer<ChunkResponse>> {
    return world.api.upload(conversationId, { headers: { 'idempotency-key': key } });
  }

  it('makes a repeat return the same chunk, also as it has become', async () => {
    const { id } = await world.api.createConversation();
    const first = await add(id, 'a-key');
    const settled = await world.api.settledChunk(first.body.id);
    const repeat = await add(id, 'a-key');
    expect([first.status, repeat.status]).toEqual([202, 202]);
    expect(repeat.body).toEqual(settled);
    expect((await world.api.conversation(id)).chunks.total).toBe(1);
  });

  it('makes one chunk of ten requests at once', async () => {
    const { id } = await world.api.createConversation();
    const answers = await Promise.all(Array.from({ length: 10 }, () => add(id, 'ten-at-once')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    const [chunkId, ...others] = new Set(answers.map(({ body }) => body.id));
    expect(others).toEqual([]);
    const submitsBefore = world.simulator.ledger.counts.submit;
    await world.api.settledChunk(chunkId ?? '');
    await world.api.finish(id);
    expect((await world.api.finalizedConversation(id)).chunks.total).toBe(1);
    expect(world.simulator.ledger.counts.submit).toBeLessThanOrEqual(submitsBefore + 1);
  });

  it('is honoured for a URL as for an upload', async () => {
    const { id } = await world.api.createConversation();
    const path = `/api/conversations/${id}/chunks`;
    const body = { audioUrl: host.newUrl() };
    const first = await world.api.post<ChunkResponse>(path, body, { 'idempotency-key': 'k' });
    const repeat = await world.api.post<ChunkResponse>(path, body, { 'idempotency-key': 'k' });
    expect([first.status, repeat.status, repeat.body.id]).toEqual([202, 202, first.body.id]);
  });

  it('still returns the chunk when the conversation is finished and finalized', async () => {
    const { id } = await world.api.createConversation();
    const first = await add(id, 'before-the-end');
    await world.api.finish(id);
    const whileFinished = await add(id, 'before-the-end');
    await world.api.finalizedConversation(id);
    const whenFinalized = await add(id, 'before-the-end');
    for (const { status, body } of [whileFinished, whenFinalized]) {
      expect([status, body.id]).toEqual([202, first.body.id]);
    }
    expectError(await add(id, 'another-key'), 409);
  });

  it('counts within its conversation only', async () => {
    const [a, b] = [await world.api.createConversation(), await world.api.createConversation()];
    const [first, second] = [await add(a.id, 'same'), await add(b.id, 'same')];
    expect(second.status).toBe(202);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('is taken up to 255 characters', async () => {
    const { id } = await world.api.createConversation();
    expect((await add(id, '~'.repeat(255))).status).toBe(202);
  });

  it.each([
    ['an empty one', ''],
    ['one with a space in it', 'a b'],
    ['one that is not ASCII', 'cl\u00e9'],
    ['one of 256 characters', 'x'.repeat(256)],
    ['two at once', ['a', 'b']],
  ])('is refused: %s', async (_name, key) => {
    const { id } = await world.api.createConversation();
    const answer = await httpRequest(world.api.url, {
      path: `/api/conversations/${id}/chunks`,
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ audioUrl: host.newUrl() }),
    });
    expectError(answer, 400);
    expect((await world.api.conversation(id)).chunks.total).toBe(0);
  });
});

describe('API keys', () => {
  const KEYS = ['key-of-one', 'key-of-another'];
  let guarded: World;
  let conversationId: string;

  beforeAll(async () => {
    guarded = await World.start({ env: { API_KEYS: KEYS.join(', ') } });
    const keyed = new Api(guarded.api.url, { authorization: `Bearer ${KEYS[0] ?? ''}` });
    conversationId = (await keyed.createConversation()).id;
  });

  afterAll(async () => {
    await guarded.stop();
  });

  const routes: [string, string][] = [
    ['POST', '/api/projects'],
    ['GET', `/api/projects/${UNKNOWN_ID}`],
    ['PATCH', `/api/projects/${UNKNOWN_ID}`],
    ['POST', '/api/conversations'],
    ['GET', '/api/conversations/:conversation'],
    ['GET', '/api/conversations/:conversation/transcript'],
    ['GET', '/api/conversations/:conversation/events'],
    ['POST', '/api/conversations/:conversation/chunks'],
    ['POST', '/api/conversations/:conversation/finish'],
    ['GET', `/api/chunks/${UNKNOWN_ID}`],
    ['GET', `/api/chunks/${UNKNOWN_ID}/events`],
    ['POST', `/api/transcription/chunks/${UNKNOWN_ID}`],
  ];

  async function statusOf(method: string, path: string, authorization?: string): Promise<unknown> {
    const answer = await httpRequest(guarded.api.url, {
      method,
      path: path.replace(':conversation', conversationId),
      headers: authorization === undefined ? {} : { authorization },
    });
    if (answer.status === 401) expectError(answer, 401);
    return answer.status;
  }

  it.each(routes)('are asked for: %s %s', async (method, path) => {
    expect(await statusOf(method, path)).toBe(401);
    expect(await statusOf(method, path, 'Bearer wrong')).toBe(401);
    expect(await statusOf(method, path, `Bearer ${KEYS[1] ?? ''}`)).not.toBe(401);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'key-of-one',
    'Basic key-of-one',
    'Bearer key-of-one key-of-another',
    'Bearer key-of-one, key-of-another',
    'Bearer Key-of-one',
    'Bearer key-of-on',
    'Bearer key-of-one\xff',
    'Bearer undefined',
  ])('are not satisfied by %j', async (authorization) => {
    expect(await statusOf('GET', '/api/conversations/:conversation', authorization)).toBe(401);
  });

  it.each(['Bearer key-of-one', 'bearer key-of-another', 'Bearer   key-of-one'])(
    'are satisfied by %j',
    async (authorization) => {
      expect(await statusOf('GET', '/api/conversations/:conversation', authorization)).toBe(200);
    },
  );

  it.each([
    '/%61pi/conversations/:conversation',
    '/api%2Fconversations%2F:conversation',
    '/API/conversations/:conversation',
    '//api/conversations/:conversation',
    '/./api/conversations/:conversation',
    '/docs/../api/conversations/:conversation',
    '/api/conversations/:conversation?x=/docs',
    '/api/conversations/:conversation/',
    '/api;x/conversations/:conversation',
    'http://other.example/api/conversations/:conversation',
    'http://other.example/%61pi/conversations/:conversation',
  ])('cannot be walked around by writing the path as %s', async (path) => {
    expect([401, 404]).toContain(await statusOf('GET', path));
    expect([401, 404]).toContain(await statusOf('GET', path, 'Bearer wrong'));
  });

  it.each([
    ['/health/live', 200],
    ['/health/ready', 200],
    ['/metrics', 200],
    ['/docs', 200],
    ['/docs-json', 200],
    ['/no-such-route', 404],
  ])('are not asked for at %s', async (path, status) => {
    expect(await statusOf('GET', path)).toBe(status);
  });

  it('are not asked for by the callback, which has its own secret', async () => {
    const body = { transcript_id: 'a', status: 'completed' };
    expect((await guarded.callback(body)).status).toBe(404);
    expect((await guarded.callback(body, { secret: KEYS[0] })).status).toBe(401);
    expect(CALLBACK_SECRET).not.toBe(KEYS[0]);
  });

  it('do not open an upload before they are checked', async () => {
    const answer = await new Api(guarded.api.url).upload(conversationId);
    expectError(answer, 401);
  });
});
