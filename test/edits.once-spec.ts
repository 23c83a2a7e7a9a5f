import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Api, type ErrorAnswer } from './support/api.js';
import { chunkInFlight } from './support/chunk-in-flight.js';
import { edited, hearing, putText, revisionsOf, saying } from './support/edits.js';
import { expectError } from './support/expect-error.js';
import { Gate } from './support/gate.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { locationsHolding, query } from './support/record.js';
import { planForManyRows } from './support/recorded-plans.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

const HEARD = 'we met in amsterdan';
const CORRECTED = 'We met in Amsterdam.';
const EDITED = 'We met in Rotterdam, Amsterdam.';
const PHONE = '06 12345678';
const TIME = expect.any(String) as unknown;

const world = sharedWorld(() => World.start({ env: { RETRY_BASE_MS: '5' } }), {
  prepare: ({ simulator }) => {
    simulator.faults.add(
      { operation: 'submit', effect: hearing(HEARD) },
      { operation: 'correct', effect: saying(CORRECTED) },
    );
  },
});

/** Starts a chunk whose correction was requested, and is not answered before the gate opens. */
async function correctingChunk(settings: object = {}) {
  const gate = new Gate();
  world().simulator.hooks.beforeCorrectionResponse = gate.pass;
  const { id } = await startChunk(world().api, settings);
  await gate.reached;
  return { chunk: await world().api.chunk(id), gate };
}

describe('an edit', () => {
  it('becomes the text of the chunk, as a new revision', async () => {
    const chunk = await settleChunk(world().api);
    expect(chunk).toMatchObject({ transcript: CORRECTED, revision: 2, editedAt: null });

    const { status, body } = await putText(world().api, chunk.id, EDITED, 2);

    expect(status).toBe(200);
    expect(body).toMatchObject({ id: chunk.id, status: 'completed', transcript: EDITED, revision: 3 });
    expect(Date.parse(body.editedAt ?? '')).toBeGreaterThan(Date.parse(chunk.completedAt ?? ''));
    expect(await world().api.chunk(chunk.id)).toEqual(body);
  });

  it('of the same text is no new revision', async () => {
    const chunk = await settleChunk(world().api);
    expect((await putText(world().api, chunk.id, ` ${CORRECTED}\n`, 2)).body).toEqual(chunk);
    const first = await edited(world().api, chunk, EDITED);
    expect((await putText(world().api, chunk.id, EDITED, 3)).body).toEqual(first);
  });

  it('may be empty: nothing was said', async () => {
    const chunk = await settleChunk(world().api);
    expect(await edited(world().api, chunk, ' ')).toMatchObject({ transcript: '[Nothing to transcribe]' });
  });

  it('is refused when its revision is not the newest, with the newest', async () => {
    const chunk = await settleChunk(world().api);
    await edited(world().api, chunk, EDITED);
    for (const revision of [2, 4, 0]) {
      const { status, body } = await putText(world().api, chunk.id, 'late', revision);
      expect(status).toBe(409);
      expect(body).toMatchObject({
        code: 'stale_revision',
        message: expect.stringContaining('is 3') as unknown,
      });
    }
    expect(await world().api.chunk(chunk.id)).toMatchObject({ transcript: EDITED, revision: 3 });
  });

  it('is stored once of two at the same time, and the other one is refused', async () => {
    const chunk = await settleChunk(world().api);
    const answers = await Promise.all(
      ['one', 'two'].map((text) => putText(world().api, chunk.id, text, chunk.revision)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const stored = answers.find(({ status }) => status === 200)?.body;
    expect(await world().api.chunk(chunk.id)).toEqual(stored);
    expect(await revisionsOf(world().api, chunk.id)).toHaveLength(2);
  });

  it('is refused while there is no text', async () => {
    // The fault that says what is heard would come before the one that keeps the chunk in flight.
    world().simulator.faults.clear();
    const { id } = await world().api.createConversation();
    const chunk = await chunkInFlight(world(), id);
    const { status, body } = await putText(world().api, chunk.id, 'early', 0);
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'no_text' });
    expect(await revisionsOf(world().api, chunk.id)).toEqual([]);
    const transcriptId = (await world().api.chunk(chunk.id)).transcriptId ?? '';
    await world().simulator.assemblyai.finish(transcriptId);
    await world().api.settledChunk(chunk.id);
  });

  it('may be a million characters, also those that JSON escapes', async () => {
    const chunk = await settleChunk(world().api);
    const body = `{"revision": 2, "text": "${String.raw`\u4e2d`.repeat(1_000_000)}"}`;
    const { status } = await world().api.put(`/api/chunks/${chunk.id}/transcript`, body);
    expect(status).toBe(200);
    expect((await world().api.chunk(chunk.id)).transcript).toHaveLength(1_000_000);
  });

  it.each([
    [{ revision: 2 }, 'text'],
    [{ text: 1, revision: 2 }, 'text'],
    [{ text: 'a\0', revision: 2 }, 'text'],
    [{ text: 'x'.repeat(1_000_001), revision: 2 }, 'text'],
    [{ text: 'a' }, 'revision'],
    [{ text: 'a', revision: '2' }, 'revision'],
    [{ text: 'a', revision: 1.5 }, 'revision'],
    [{ text: 'a', revision: -1 }, 'revision'],
    [{ text: 'a', revision: 2 ** 31 }, 'revision'],
    [{ text: 'a', revision: 2, origin: 'edit' }, 'origin'],
  ])('is refused with a wrong field, and nothing is stored', async (body, field) => {
    const chunk = await settleChunk(world().api);
    const answer = await world().api.put<ErrorAnswer>(`/api/chunks/${chunk.id}/transcript`, body);
    expectError(answer, 400);
    expect(JSON.stringify(answer.body.message)).toContain(field);
    expect(await world().api.chunk(chunk.id)).toEqual(chunk);
  });

  it('is a 404 for an unknown chunk, and a 400 for what is no id', async () => {
    expectError(await putText(world().api, crypto.randomUUID(), 'a', 1), 404);
    expectError(await putText(world().api, 'chunk', 'a', 1), 400);
  });
});

describe('the revisions of a chunk', () => {
  it('are its only text before the first edit', async () => {
    const chunk = await settleChunk(world().api);
    expect(await revisionsOf(world().api, chunk.id)).toEqual([
      {
        revision: 2,
        origin: 'correction',
        text: CORRECTED,
        madeBy: null,
        createdAt: chunk.completedAt,
        current: true,
      },
    ]);
  });

  it('are the text before the first edit, and each edit, the newest first', async () => {
    const chunk = await settleChunk(world().api);
    await edited(world().api, await edited(world().api, chunk, 'one'), 'two');
    const common = { madeBy: null, createdAt: TIME };
    expect(await revisionsOf(world().api, chunk.id)).toEqual([
      { ...common, revision: 4, origin: 'edit', text: 'two', current: true },
      { ...common, revision: 3, origin: 'edit', text: 'one', current: false },
      {
        ...common,
        revision: 2,
        origin: 'correction',
        text: CORRECTED,
        current: false,
        createdAt: chunk.completedAt,
      },
    ]);
  });

  it('are pages that follow each other', async () => {
    const chunk = await settleChunk(world().api);
    await edited(world().api, await edited(world().api, chunk, 'one'), 'two');
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await world().api.get<{ data: { revision: number }[]; nextCursor: string | null }>(
        `/api/chunks/${chunk.id}/revisions?limit=1${next}`,
      );
      expect(body.data).toHaveLength(1);
      seen.push(...body.data.map(({ revision }) => revision));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual([4, 3, 2]);
  });

  it.each(['cursor=', 'cursor=4', 'cursor=LTE', 'cursor=OTk5OTk5OTk5OQ', 'limit=0', 'limit=101', 'limit=x'])(
    'are refused with %s',
    async (parameter) => {
      const chunk = await settleChunk(world().api);
      expectError(await world().api.get(`/api/chunks/${chunk.id}/revisions?${parameter}`), 400);
    },
  );

  it('are a 404 for an unknown chunk', async () => {
    expectError(await world().api.get(`/api/chunks/${crypto.randomUUID()}/revisions`), 404);
  });

  it('are read by their index, however many other chunks have', async () => {
    const plan = await planForManyRows(
      world().database.url,
      `select * from chunk_revisions where chunk_id = '${crypto.randomUUID()}' and revision < 9
         order by revision desc limit 51`,
    );
    expect(plan).toContain('chunk_revisions_pkey');
    expect(plan).not.toMatch(/Seq Scan|Sort/);
  });

  it('can be restored as the newest one', async () => {
    const chunk = await settleChunk(world().api);
    await edited(world().api, chunk, EDITED);
    const { status, body } = await world().api.post(`/api/chunks/${chunk.id}/revisions/2/restore`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ transcript: CORRECTED, revision: 4 });
    expect((await revisionsOf(world().api, chunk.id))[0]).toMatchObject({ origin: 'restore', current: true });
  });

  it('are no more when the current text is restored', async () => {
    const chunk = await settleChunk(world().api);
    const path = `/api/chunks/${chunk.id}/revisions`;
    expect((await world().api.post(`${path}/2/restore`)).body).toEqual(chunk);
    const after = await edited(world().api, chunk, EDITED);
    expect((await world().api.post(`${path}/3/restore`)).body).toEqual(after);
  });

  it.each(['1', '9', '-1', '2147483648'])(
    'are a 404 when an unknown one is restored: %s',
    async (revision) => {
      const chunk = await settleChunk(world().api);
      expectError(await world().api.post(`/api/chunks/${chunk.id}/revisions/${revision}/restore`), 404);
    },
  );

  it('vanish with their conversation', async () => {
    const chunk = await settleChunk(world().api);
    await edited(world().api, chunk, 'A text to be deleted.');
    await world().api.send('DELETE', `/api/conversations/${chunk.conversationId}`, {});
    expect(await locationsHolding(world(), 'A text to be deleted')).toEqual([]);
  });
});

describe('a text of a machine that arrives after an edit', () => {
  it('becomes a revision, and the edit stays', async () => {
    const { chunk, gate } = await correctingChunk();
    expect(chunk).toMatchObject({ status: 'correcting', transcript: HEARD, revision: 1 });
    await edited(world().api, chunk, EDITED);
    gate.open();
    const settled = await world().api.settledChunk(chunk.id);

    expect(settled).toMatchObject({ status: 'completed', transcript: EDITED, revision: 3 });
    expect(settled.diarization).toMatchObject({ schema: 'Dembrane-25-09', data: { raw: { text: HEARD } } });
    const revisions = await revisionsOf(world().api, chunk.id);
    expect(revisions.map(({ origin, text, current }) => [origin, text, current])).toEqual([
      ['correction', CORRECTED, false],
      ['edit', EDITED, true],
      ['first_stage', HEARD, false],
    ]);
    expect((await putText(world().api, chunk.id, 'again', 2)).status).toBe(409);
    expect((await putText(world().api, chunk.id, 'again', 3)).status).toBe(200);
  });

  it('was made of the recognizer’s text, not of the edit', async () => {
    world().simulator.faults.clear();
    world().simulator.faults.add(
      { operation: 'submit', effect: hearing(HEARD) },
      { operation: 'correct', effect: { kind: 'status', status: 503 }, times: 1 },
      { operation: 'correct', effect: { kind: 'blocked', reason: 'PROHIBITED_CONTENT' } },
    );
    const { chunk, gate } = await correctingChunk();
    await edited(world().api, chunk, EDITED);
    gate.open();
    expect(await world().api.settledChunk(chunk.id)).toMatchObject({ transcript: EDITED });
    const [newest] = await revisionsOf(world().api, chunk.id);
    expect(newest).toMatchObject({ origin: 'first_stage', text: HEARD, current: false });
    const prompts = world().simulator.ledger.corrections.map(({ prompt }) => prompt);
    expect(prompts.join()).not.toContain('Rotterdam');
  });

  it('stays beside it after a restart', async () => {
    const chunk = await settleChunk(world().api);
    await edited(world().api, chunk, EDITED);
    await world().api.post(`/api/transcription/chunks/${chunk.id}?force=true`);
    expect(await world().api.settledChunk(chunk.id)).toMatchObject({ transcript: EDITED, revision: 5 });
    const revisions = await revisionsOf(world().api, chunk.id);
    expect(revisions.map(({ revision, origin, current }) => [revision, origin, current])).toEqual([
      [5, 'correction', false],
      [4, 'first_stage', false],
      [3, 'edit', true],
      [2, 'correction', false],
    ]);
  });

  it('does not replace it either when a process of the previous release stores it', async () => {
    const chunk = await settleChunk(world().api);
    await edited(world().api, chunk, EDITED);
    await query(world().database.url, `update chunks set transcript = 'by a machine' where id = $1`, [
      chunk.id,
    ]);
    expect(await world().api.chunk(chunk.id)).toMatchObject({ transcript: EDITED, revision: 4 });
    expect((await revisionsOf(world().api, chunk.id))[0]).toMatchObject({
      text: 'by a machine',
      current: false,
    });
  });
});

describe('an edit of a redacted text', () => {
  it.each([{ redactPii: true }, { anonymize: true }])(
    'is redacted by patterns before it is stored, with %j',
    async (settings) => {
      world().simulator.faults.clear();
      world().simulator.faults.add({ operation: 'correct', effect: saying('Call me.') });
      const chunk = await settleChunk(world().api, settings);
      const after = await edited(world().api, chunk, `Call me on ${PHONE}.`);
      await edited(world().api, after, `Please call me on ${PHONE}.`);

      expect(after.transcript).toBe('Call me on <redacted_phone>.');
      expect(await locationsHolding(world(), PHONE)).toEqual([]);
      const receipt = await world().api.get(`/api/conversations/${chunk.conversationId}/redaction`);
      expect(receipt.body).toMatchObject({ counts: { phone: 2 }, chunks: [{ state: 'patterns_only' }] });
    },
  );

  it('is removed with its revisions when redaction is requested later', async () => {
    const chunk = await settleChunk(world().api);
    await edited(
      world().api,
      await edited(world().api, chunk, `I am Zonderland, ${PHONE}.`),
      'Somebody else.',
    );
    world().simulator.faults.clear();
    world().simulator.faults.add(
      { operation: 'submit', effect: hearing(HEARD) },
      { operation: 'correct', effect: saying(CORRECTED) },
    );
    await world().api.post(`/api/transcription/chunks/${chunk.id}?force=true`, { redactPii: true });
    expect(await locationsHolding(world(), PHONE)).toEqual([]);
    expect(await locationsHolding(world(), 'Zonderland')).toEqual([]);
    const settled = await world().api.settledChunk(chunk.id);
    expect(settled).toMatchObject({ transcript: CORRECTED, editedAt: null });
    expect(settled.revision).toBeGreaterThan(4);
  });

  it('is removed when redaction is requested while the correction is under way, which replaces it', async () => {
    const { chunk, gate } = await correctingChunk();
    await edited(world().api, chunk, `I am Zonderland, ${PHONE}.`);
    const { body } = await world().api.post(`/api/transcription/chunks/${chunk.id}`, { redactPii: true });
    expect(body).toMatchObject({ status: 'correcting', transcript: HEARD, editedAt: null });
    expect(await locationsHolding(world(), 'Zonderland')).toEqual([]);
    gate.open();
    expect(await world().api.settledChunk(chunk.id)).toMatchObject({ transcript: CORRECTED });
    expect(await locationsHolding(world(), 'Zonderland')).toEqual([]);
  });

  it('is removed too when a process of the previous release redacts the text', async () => {
    const chunk = await settleChunk(world().api);
    await edited(world().api, chunk, `I am Zonderland, ${PHONE}.`);
    await query(
      world().database.url,
      `update chunks set redact_pii = true, transcript = null, status = 'failed' where id = $1`,
      [chunk.id],
    );
    expect(await locationsHolding(world(), 'Zonderland')).toEqual([]);
    expect(await world().api.chunk(chunk.id)).toMatchObject({ transcript: null, editedAt: null });
  });
});

describe('an edit with an API key', () => {
  const KEY = 'key-of-the-desk';
  const SHA256 = createHash('sha256').update(KEY).digest('hex');
  const guarded = sharedWorld(() => World.start({ env: { API_KEYS: `desk=sha256:${SHA256}` } }));

  it('names the key in its revision, and the text of a machine none', async () => {
    const api = new Api(guarded().api.url, { authorization: `Bearer ${KEY}` });
    const chunk = await settleChunk(api);
    await edited(api, chunk, EDITED);
    const madeBy = (await revisionsOf(api, chunk.id)).map((revision) => revision.madeBy);
    expect(madeBy).toEqual(['desk', null]);
  });
});
