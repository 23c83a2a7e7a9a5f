import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpAnswer } from './support/http-request.js';
import { query } from './support/record.js';
import { World } from './support/test-service.js';
import { Tus } from './support/tus.js';

const MAX_UPLOAD_BYTES = 100_000;

const codeOf = ({ body }: HttpAnswer): unknown => (body as { code?: string }).code;

describe('a resumable upload', () => {
  let world: World;
  let tus: Tus;

  beforeAll(async () => {
    world = await World.start({ env: { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) } });
    tus = new Tus(world.api.url);
  });

  afterAll(async () => {
    await world.stop();
  });

  async function newConversation(): Promise<string> {
    return (await world.api.createConversation()).id;
  }

  it.each([
    ['of an unknown conversation', { fields: { conversationId: crypto.randomUUID() } }, 404, 'not_found'],
    ['without a conversation', { fields: { conversationId: '' } }, 400, 'validation_failed'],
    ['with a wrong position', { fields: { position: '-1' } }, 400, 'validation_failed'],
    ['with an unknown field', { fields: { speaker: 'Joris' } }, 400, 'validation_failed'],
    ['that is too long', { length: MAX_UPLOAD_BYTES + 1 }, 413, 'too_large'],
    ['that is empty', { length: 0 }, 415, 'not_audio'],
    ['of unknown length', { headers: { 'upload-defer-length': '1' } }, 400, 'validation_failed'],
    ['of another protocol', { headers: { 'tus-resumable': '0.2.2' } }, 412, 'precondition_failed'],
    [
      'with two keys',
      { fields: { idempotencyKey: 'a' }, headers: { 'idempotency-key': 'b' } },
      400,
      'validation_failed',
    ],
    ['as JSON', { headers: { 'content-type': 'application/json' } }, 415, 'unsupported_media_type'],
  ] as [
    string,
    { fields?: Record<string, string>; length?: number; headers?: Record<string, string> },
    number,
    string,
  ][])(
    '%s is refused before its first byte',
    async (_name, { fields, length = 100, headers }, status, code) => {
      const conversationId = await newConversation();
      const answer = await tus.create({ length, metadata: { conversationId, ...fields }, headers });

      expect([answer.status, codeOf(answer)]).toEqual([status, code]);
      expect((answer.body as { requestId?: string }).requestId).toBe(answer.headers['x-request-id']);
      expect(
        await query(world.database.url, 'select id from uploads where conversation_id = $1', [
          conversationId,
        ]),
      ).toEqual([]);
    },
  );

  it('is the same one under ids in capital letters', async () => {
    const conversationId = await newConversation();
    const path = await tus.begin(conversationId.toUpperCase(), 100);
    const id = path.split('/').at(-1) ?? '';
    const spelled = `/api/uploads/${id.toUpperCase()}`;

    expect((await tus.patch(spelled, 0, Buffer.alloc(10, 'RIFF'))).status).toBe(204);
    expect(await tus.offset(path)).toBe(10);
    const stored = await query(world.database.url, 'select conversation_id from uploads where id = $1', [id]);
    expect(stored).toEqual([{ conversation_id: conversationId }]);
    expect((await tus.remove(spelled)).status).toBe(204);
    expect((await tus.head(path)).status).toBe(404);
  });

  it('of a finished conversation is refused before its first byte', async () => {
    const conversationId = await newConversation();
    await world.api.finish(conversationId);
    const answer = await tus.create({ length: 100, metadata: { conversationId } });
    expect([answer.status, codeOf(answer)]).toEqual([409, 'conversation_finished']);
  });
});
