import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validate as isUuid, version as uuidVersion } from 'uuid';
import type { ConversationResponse } from '../src/conversations/conversations.dto.js';
import type { ProjectResponse } from '../src/conversations/projects/projects.dto.js';
import type { Answer, ErrorAnswer } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { httpRequest } from './support/http-request.js';
import { addChunkByUrl, openSubmission, PLACEHOLDER, submitOf } from './support/open-submission.js';
import { failedChunk, settledChunk } from './support/settled-chunk.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const ISO_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const MAX_PROMPT_LENGTH = 100_000;

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

  it('change only in the given fields, and null clears a setting', async () => {
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

  it('keep text of every script, and of the maximum length, unchanged', async () => {
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
    ['a language that nobody knows', { name: 'a', language: 'zz' }],
    ['a language without end', { name: 'a', language: `en-${'abcdefgh-'.repeat(1_000)}x` }],
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

  it.each([
    ...['en', 'nl', 'auto', 'pt-BR', 'zh', 'yue', 'es-419', 'zh-Hant-TW', 'sr-Latn-RS'].map((tag) => [
      tag,
      tag,
    ]),
    ['en_us', 'en-US'],
    ['EN', 'en'],
    ['iw', 'he'],
  ])('take the language %s', async (language, canonical) => {
    expect((await createProject({ language })).language).toBe(canonical);
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
        title: null,
        externalId: null,
        metadata: {},
        language: 'en',
        transcriptPrompt: null,
        redactPii: false,
        anonymize: false,
        speakerLabels: false,
        status: 'open',
        chunks: { total: 0, pending: 0, completed: 0, failed: 0 },
        transcript: null,
        summary: null,
        summaryError: null,
        summaryOutdated: false,
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

  it('prefer their own settings to those of their project, also in submits', async () => {
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

    await settledChunk(world, conversation.id, audioUrl);

    const submit = world.simulator.ledger.submits.find((record) => record.audioUrl === audioUrl);
    expect(submit?.body).toMatchObject({
      language_detection_options: { fallback_language: 'de' },
      keyterms_prompt: ['Havenkwartier', 'Ringdijk'],
    });
  });

  it('use the settings of their project where they have none', async () => {
    const project = await createProject({ language: 'auto', transcriptPrompt: 'Wilgenbrug' });
    const conversation = await world.api.createConversation({ projectId: project.id });
    const audioUrl = host.newUrl();

    await settledChunk(world, conversation.id, audioUrl);

    const submit = world.simulator.ledger.submits.find((record) => record.audioUrl === audioUrl);
    expect(submit?.body).toMatchObject({
      language_detection_options: { fallback_language: 'auto' },
      keyterms_prompt: ['Wilgenbrug'],
    });
  });

  const refused: [string, object | string][] = [
    ['a project that does not exist', { projectId: UNKNOWN_ID }],
    ['a malformed project id', { projectId: 'a' }],
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
});

describe('chunks', () => {
  it('are accepted with null for every field that is not known yet', async () => {
    const { id } = await world.api.createConversation();
    const audioUrl = host.newUrl();
    const chunk = await addChunkByUrl(world, id, audioUrl);
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

  it('have all their times and events when they are completed', async () => {
    const { id } = await world.api.createConversation();
    const audioUrl = host.newUrl();
    const chunk = await settledChunk(world, id, audioUrl);
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
    const { failed: chunk } = await failedChunk(world, id, host);
    expect(chunk).toMatchObject({
      transcript: null,
      error: expect.stringContaining('Audio duration is too short.') as unknown,
      completedAt: expect.stringMatching(ISO_UTC) as unknown,
    });
  });
});

describe('an audioUrl', () => {
  it('is stored and sent in the spelling of the URL standard', async () => {
    const url = new URL(host.newUrl());
    const { id } = await world.api.createConversation();
    const spelled = `HTTP://LOCALHOST:${url.port}${url.pathname}?the mark=ö`;

    const chunk = await world.api.settledChunk((await addChunkByUrl(world, id, spelled)).id);

    expect(chunk.status).toBe('completed');
    expect(world.simulator.ledger.submits.map(({ audioUrl }) => audioUrl)).toContain(
      `http://localhost:${url.port}${url.pathname}?the%20mark=%C3%B6`,
    );
  });

  it.each(['http://user:password@example.org/a.mp3', 'https://token@example.org/a.mp3'])(
    'is refused with credentials in it, which would be stored and sent: %s',
    async (audioUrl) => {
      const { id } = await world.api.createConversation();
      const answer = await world.api.post<ErrorAnswer>(`/api/conversations/${id}/chunks`, { audioUrl });

      expectError(answer, 400);
      expect(answer.body.message).toEqual([
        'audioUrl must be an http or https URL without a user name or password',
      ]);
    },
  );
});

describe('an unknown resource', () => {
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

  it.each(routes)('is a 400 when its id is malformed: %s %s', async (method, path) => {
    for (const id of ['a', '1', `${UNKNOWN_ID}0`, '%00', 'null', UNKNOWN_ID.replaceAll('-', '')]) {
      expectError(await call(method, path.replace(':id', id)), 400);
    }
  });

  it.each([
    ['GET', '/api'],
    ['GET', '/api/project'],
    ['POST', '/'],
    ['DELETE', `/api/projects/${UNKNOWN_ID}`],
    ['PUT', '/api/conversations'],
    ['GET', '/api/webhooks/assemblyai'],
    ['GET', '/api/conversations//transcript'],
    ['POST', '/health/live'],
    ['GET', '/.env'],
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
    const { status, headers } = long;
    expect(long.body).toMatchObject({ statusCode: status, requestId: headers['x-request-id'] });
  });
});

describe('a body', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'application/octet-stream',
    'nonsense',
  ])('that is %s is refused with 415 where JSON is expected', async (contentType) => {
    const answer = await httpRequest(world.api.url, {
      path: '/api/projects',
      headers: { 'content-type': contentType },
      body: '{"name": "a"}',
    });
    expectError(answer, 415);
  });

  it('that is larger than a mebibyte is refused with 413', async () => {
    expectError(await world.api.post('/api/projects', { name: 'x'.repeat(1_048_577) }), 413);
  });

  it('that is larger than a mebibyte and has no content length is refused with 413', async () => {
    const answer = await httpRequest(world.api.url, {
      path: '/api/projects',
      headers: { 'content-type': 'application/json' },
      body: ['{"name": "', 'x'.repeat(1_048_577), '"}'],
    });
    expectError(answer, 413);
  });

  it('that is malformed JSON is refused with 400, on every route that reads one', async () => {
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
