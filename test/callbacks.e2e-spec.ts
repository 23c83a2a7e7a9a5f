import type { OutgoingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AudioHost } from './support/audio-host.js';
import { Gate } from './support/gate.js';
import { httpRequest, type HttpAnswer } from './support/http-request.js';
import { openSubmission, type OpenSubmission } from './support/open-submission.js';
import { callbackTraces } from './support/submission-record.js';
import { CALLBACK_SECRET, World } from './support/test-service.js';

const CALLBACK_PATH = '/api/webhooks/assemblyai';
const SECRET_HEADER = 'x-assemblyai-webhook-secret';
const MAX_CALLBACK_BYTES = 16_384;
const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const OLD_SECRET = 'the-secret-of-last-year';
const WITH_SECRET = { [SECRET_HEADER]: CALLBACK_SECRET };
const NO_TRACES = { callbacks: 0, callback_transcript_id: null };

function errorOf(statusCode: number, error: string, code: string) {
  const anyText = expect.any(String) as unknown;
  return { statusCode, error, message: anyText, code, requestId: anyText };
}

const BAD_REQUEST = errorOf(400, 'Bad Request', 'invalid_request');
const UNAUTHORIZED = errorOf(401, 'Unauthorized', 'unauthorized');
const NOT_FOUND = errorOf(404, 'Not Found', 'not_found');
const TOO_LARGE = errorOf(413, 'Payload Too Large', 'too_large');

let host: AudioHost;

beforeAll(async () => {
  host = await AudioHost.start();
});

afterAll(async () => {
  await host.stop();
});

describe('the callback', () => {
  let world: World;
  let open: OpenSubmission;

  beforeAll(async () => {
    world = await World.start({ env: { ASSEMBLYAI_WEBHOOK_SECRET: `${CALLBACK_SECRET}, ${OLD_SECRET}` } });
    open = await openSubmission(world, host);
  });

  afterAll(async () => {
    await world.stop();
  });

  async function call(
    body: string | Buffer | readonly string[],
    headers: OutgoingHttpHeaders = WITH_SECRET,
    query = `?submission=${open.submission}`,
  ): Promise<HttpAnswer> {
    return httpRequest(world.api.url, {
      path: `${CALLBACK_PATH}${query}`,
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  }

  function completed(transcriptId = open.transcriptId): string {
    return JSON.stringify({ transcript_id: transcriptId, status: 'completed' });
  }

  describe('of a known submission', () => {
    it.each([
      ['completed', 'ok'],
      ['error', 'error_handled'],
    ])('that says %s is recorded and answered with %s', async (status, answer) => {
      const before = await callbackTraces(world, open.submission);
      const { status: code, body } = await world.callback(
        { transcript_id: open.transcriptId, status },
        { submission: open.submission },
      );
      expect([code, body]).toEqual([200, { status: answer }]);
      expect((await callbackTraces(world, open.submission)).callbacks).toBe(before.callbacks + 1);
    });

    it('is found by its transcript id when the query names no submission', async () => {
      const before = await callbackTraces(world, open.submission);
      const { status, body } = await world.callback({
        transcript_id: open.transcriptId,
        status: 'completed',
      });
      expect([status, body]).toEqual([200, { status: 'ok' }]);
      expect((await callbackTraces(world, open.submission)).callbacks).toBe(before.callbacks + 1);
    });

    it.each(['?submission=', '?submission=not-an-id', '?other=1'])(
      'is found by its transcript id when the query is %s',
      async (query) => {
        expect((await call(completed(), WITH_SECRET, query)).body).toEqual({ status: 'ok' });
      },
    );

    it('belongs to the last submission that the query names, as ours follows the configured parameters', async () => {
      const answer = await call(
        completed('a-transcript-that-nobody-knows'),
        WITH_SECRET,
        `?submission=mine&submission=${open.submission}`,
      );
      expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
    });

    it('is accepted with further fields in its body', async () => {
      const body = { transcript_id: open.transcriptId, status: 'completed', text: 'a lie', extra: [1] };
      expect((await call(JSON.stringify(body))).body).toEqual({ status: 'ok' });
      expect((await world.api.chunk(open.chunk.id)).transcript).toBeNull();
    });
  });

  describe('with a status other than completed or error', () => {
    it.each([
      { status: 'redacted_audio_ready', redacted_audio_url: 'https://cdn.example/redacted.mp3' },
      { status: 'redacted_audio_ready', transcript_id: null },
      { status: 'processing', transcript_id: 'a-transcript' },
      { status: '' },
    ])('is acknowledged and ignored: %j', async (body) => {
      const before = await callbackTraces(world, open.submission);
      const answer = await call(JSON.stringify(body));
      expect([answer.status, answer.body]).toEqual([200, { status: 'ignored' }]);
      expect(await callbackTraces(world, open.submission)).toEqual(before);
    });
  });

  describe('of an unknown submission', () => {
    it('is answered 404 when there is no such submission, also when the transcript is known', async () => {
      const answer = await call(completed(), WITH_SECRET, `?submission=${UNKNOWN_ID}`);
      expect([answer.status, answer.body]).toEqual([404, NOT_FOUND]);
    });

    it('is answered 404 when no submission is named and there is no such transcript', async () => {
      const answer = await call(completed('a-transcript-that-nobody-knows'), WITH_SECRET, '');
      expect([answer.status, answer.body]).toEqual([404, NOT_FOUND]);
    });

    it('is answered 404 when the submission has settled, with and without its id', async () => {
      const settled = await openSubmission(world, host);
      await world.simulator.assemblyai.finish(settled.transcriptId);
      await world.api.settledChunk(settled.chunk.id);

      const body = { transcript_id: settled.transcriptId, status: 'completed' };
      const answers = [
        await world.callback(body, { submission: settled.submission }),
        await world.callback(body),
      ];

      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
      expect(answers.map((answer) => answer.body)).toEqual([NOT_FOUND, NOT_FOUND]);
    });
  });

  describe('from an unauthorized sender', () => {
    let bystander: OpenSubmission;

    beforeAll(async () => {
      bystander = await openSubmission(world, host);
    });

    async function expectNothingDone(): Promise<void> {
      expect(await callbackTraces(world, bystander.submission)).toEqual(NO_TRACES);
      expect(world.simulator.ledger.transcripts.get(bystander.transcriptId)?.gets).toBe(0);
    }

    const wrongSecrets: [string, OutgoingHttpHeaders][] = [
      ['no secret', {}],
      ['an empty secret', { [SECRET_HEADER]: '' }],
      ['a wrong secret', { [SECRET_HEADER]: 'not-the-secret' }],
      ['a prefix of the secret', { [SECRET_HEADER]: CALLBACK_SECRET.slice(0, -1) }],
      ['the whole list of secrets', { [SECRET_HEADER]: `${CALLBACK_SECRET}, ${OLD_SECRET}` }],
      ['the secret twice', { [SECRET_HEADER]: [CALLBACK_SECRET, CALLBACK_SECRET] }],
      ['the secret as a bearer token', { authorization: `Bearer ${CALLBACK_SECRET}` }],
      [
        'a secret of odd bytes',
        { [SECRET_HEADER]: Buffer.from('s\u00e9cr\u00e9t', 'utf8').toString('latin1') },
      ],
      ['a secret of the highest bytes', { [SECRET_HEADER]: '\xff\xfe\x80' }],
      ['a very long secret', { [SECRET_HEADER]: 'x'.repeat(10_000) }],
    ];

    it.each(wrongSecrets)('with %s is refused, and nothing is done', async (_name, headers) => {
      const answer = await call(completed(), headers, `?submission=${bystander.submission}`);
      expect([answer.status, answer.body]).toEqual([401, UNAUTHORIZED]);
      await expectNothingDone();
    });

    const bodies: [string, string | readonly string[]][] = [
      ['is malformed', '{"transcript_id":'],
      ['is empty', ''],
      ['is larger than allowed', ' '.repeat(MAX_CALLBACK_BYTES + 1)],
      ['is larger than allowed and comes in pieces', ['{"status":"', 'x'.repeat(MAX_CALLBACK_BYTES), '"}']],
    ];

    it.each(bodies)('is refused for its secret before its body is read, which %s', async (_name, body) => {
      const answer = await call(body, { [SECRET_HEADER]: 'wrong' }, `?submission=${bystander.submission}`);
      expect([answer.status, answer.body]).toEqual([401, UNAUTHORIZED]);
      await expectNothingDone();
    });

    it('has no effect: the one with the right secret after all of them is the first to be recorded', async () => {
      await call(completed(), WITH_SECRET, `?submission=${bystander.submission}`);
      await world.simulator.waitFor(
        ({ transcripts }) => (transcripts.get(bystander.transcriptId)?.gets ?? 0) > 0,
      );
      expect(world.simulator.ledger.transcripts.get(bystander.transcriptId)?.gets).toBe(1);
      expect((await callbackTraces(world, bystander.submission)).callbacks).toBe(1);
    });
  });

  describe('with a malformed body', () => {
    const malformed: [string, string | Buffer][] = [
      ['nothing', ''],
      ['no JSON', 'transcript_id=a&status=completed'],
      ['half of it', '{"transcript_id": "a", "sta'],
      ['an array', '[{"transcript_id": "a", "status": "completed"}]'],
      ['null', 'null'],
      ['a string', '"completed"'],
      ['a number', '5'],
      ['an empty object', '{}'],
      ['no status', '{"transcript_id": "a"}'],
      ['a status of another type', '{"transcript_id": "a", "status": 200}'],
      ['a null status', '{"transcript_id": "a", "status": null}'],
      ['no transcript id', '{"status": "completed"}'],
      ['a null transcript id', '{"transcript_id": null, "status": "error"}'],
      ['a number as transcript id', '{"transcript_id": 5, "status": "completed"}'],
      ['an object as transcript id', '{"transcript_id": {"id": "a"}, "status": "completed"}'],
      ['an empty transcript id', '{"transcript_id": "", "status": "completed"}'],
      ['a NUL in the transcript id', '{"transcript_id": "a\\u0000b", "status": "completed"}'],
      ['half a surrogate pair in the transcript id', '{"transcript_id": "\\ud800", "status": "completed"}'],
      ['a path as transcript id', '{"transcript_id": "../upload", "status": "completed"}'],
      [
        'a transcript id without end',
        JSON.stringify({ transcript_id: 'a'.repeat(101), status: 'completed' }),
      ],
      ['a prototype', '{"__proto__": {"transcript_id": "a"}, "status": "completed"}'],
      ['bytes that are no UTF-8', Buffer.from('{"transcript_id": "\xff", "status": "completed"}', 'latin1')],
    ];

    it.each(malformed)('is refused: %s', async (_name, body) => {
      const before = await callbackTraces(world, open.submission);
      const answer = await call(body);
      expect([answer.status, answer.body]).toEqual([400, BAD_REQUEST]);
      expect(await callbackTraces(world, open.submission)).toEqual(before);
    });
  });

  it.each([
    'application/json; charset=utf-8',
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
    '',
  ])('is read whatever its content type says: %j', async (contentType) => {
    const answer = await call(completed(), { ...WITH_SECRET, 'content-type': contentType });
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
  });

  it('is read without a content type, and in pieces of unknown length', async () => {
    const answer = await httpRequest(world.api.url, {
      path: `${CALLBACK_PATH}?submission=${open.submission}`,
      headers: { [SECRET_HEADER]: CALLBACK_SECRET },
      body: [completed().slice(0, 10), completed().slice(10)],
    });
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
  });

  describe('that is large', () => {
    function padded(bytes: number): string {
      return completed().padEnd(bytes, ' ');
    }

    it('is accepted up to 16 KiB', async () => {
      expect((await call(padded(MAX_CALLBACK_BYTES))).body).toEqual({ status: 'ok' });
    });

    it('is refused beyond 16 KiB', async () => {
      const answer = await call(padded(MAX_CALLBACK_BYTES + 1));
      expect([answer.status, answer.body]).toEqual([413, TOO_LARGE]);
    });

    it('is refused beyond 16 KiB also when it comes in pieces without a content length', async () => {
      const body = padded(MAX_CALLBACK_BYTES + 1);
      const answer = await call([body.slice(0, 100), body.slice(100)]);
      expect([answer.status, answer.body]).toEqual([413, TOO_LARGE]);
    });

    it('is refused beyond 16 KiB before it has been sent in full', async () => {
      const answer = await httpRequest(world.api.url, {
        path: CALLBACK_PATH,
        headers: { ...WITH_SECRET, 'content-length': 1_000_000_000 },
        body: ['{'],
      });
      expect([answer.status, answer.body]).toEqual([413, TOO_LARGE]);
    });
  });

  it('is answered while the provider is silent, however often it comes', async () => {
    const { hooks, ledger, assemblyai } = world.simulator;
    const waiting = await openSubmission(world, host);
    const gate = new Gate();
    hooks.beforeGetResponse = (transcript) =>
      transcript.id === waiting.transcriptId ? gate.pass() : undefined;

    for (let times = 0; times < 10; times += 1) {
      const answer = await call(
        completed(waiting.transcriptId),
        WITH_SECRET,
        `?submission=${waiting.submission}`,
      );
      expect(answer.status).toBe(200);
    }
    await gate.reached;
    const checks = ledger.transcripts.get(waiting.transcriptId)?.gets;
    await assemblyai.finish(waiting.transcriptId);
    gate.open();

    expect(checks).toBe(1);
    expect((await world.api.settledChunk(waiting.chunk.id)).status).toBe('completed');
    delete hooks.beforeGetResponse;
  });
});
