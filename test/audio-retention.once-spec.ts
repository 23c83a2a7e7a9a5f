import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { settleChunk } from './support/one-chunk.js';
import { openSubmission } from './support/open-submission.js';
import { query } from './support/record.js';
import { failedChunk, settledChunk } from './support/settled-chunk.js';
import { sharedWorld } from './support/shared-world.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const ENV = { RECONCILE_INTERVAL_MS: '200', RETRY_BASE_MS: '5' };

/** Moves the time at which a chunk settled into the past. */
async function backdate(world: World, chunkId: string, interval: string): Promise<void> {
  await query(
    world.database.url,
    `update chunks set completed_at = completed_at - $2::interval where id = $1`,
    [chunkId, interval],
  );
}

const isStored = async (world: World, chunkId: string): Promise<boolean> =>
  (await storedFiles(world.dataDir)).some((file) => file.includes(chunkId));

async function removed(world: World, chunkId: string): Promise<void> {
  await waitUntil(
    () =>
      query(world.database.url, 'select 1 from chunks where id = $1 and audio_deleted_at is not null', [
        chunkId,
      ]),
    (rows) => rows.length === 1,
  );
}

describe('recordings that are kept for seven days', () => {
  const world = sharedWorld(() => World.start({ env: { ...ENV, AUDIO_RETENTION_DAYS: '7' } }));
  let host: AudioHost;

  beforeAll(async () => {
    host = await AudioHost.start();
  });

  afterAll(async () => {
    await host.stop();
  });

  it('are removed after seven days, and the text stays', async () => {
    const { api } = world();
    const young = await settleChunk(api);
    const old = await settleChunk(api);
    await backdate(world(), young.id, '6 days 23 hours');
    await backdate(world(), old.id, '7 days 1 second');
    await removed(world(), old.id);
    const chunk = await api.chunk(old.id);

    expect(await isStored(world(), old.id)).toBe(false);
    expect(await isStored(world(), young.id)).toBe(true);
    expect(chunk).toMatchObject({ status: 'completed', transcript: old.transcript });
    expect(Date.parse(chunk.audioExpiredAt ?? '')).toBeGreaterThan(Date.parse(chunk.createdAt));
    expect(await api.chunk(young.id)).toMatchObject({ audioExpiredAt: null });
  });

  it('cannot be transcribed again afterwards: one chunk answers 409, a retry of many skips it', async () => {
    const { api, simulator } = world();
    simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: 'Audio duration is too short.' },
    });
    const failed = await settleChunk(api);
    simulator.faults.clear();
    const completed = await settleChunk(api);
    for (const { id } of [failed, completed]) {
      await backdate(world(), id, '8 days');
      await removed(world(), id);
    }

    const again = await api.post(`/api/transcription/chunks/${failed.id}`, {});
    const forced = await api.post(`/api/transcription/chunks/${completed.id}?force=true`, {});
    const together = await api.post('/api/chunks/retry', { conversationId: failed.conversationId });

    expectError(again, 409);
    expectError(forced, 409);
    for (const { body } of [again, forced]) expect(JSON.stringify(body)).toContain('AUDIO_RETENTION_DAYS');
    expect(together.status).toBe(202);
    expect(await api.chunk(failed.id)).toMatchObject({ status: 'failed' });
    expect(simulator.ledger.counts.submit).toBe(2);
  });

  it('stay while their chunk is not settled, however old it is', async () => {
    const { api, database } = world();
    const open = await openSubmission(world(), host);
    const old = await settleChunk(api);
    await query(database.url, `update chunks set created_at = now() - interval '1 year' where id = $1`, [
      open.chunk.id,
    ]);
    await backdate(world(), old.id, '8 days');
    await removed(world(), old.id);

    expect(await api.chunk(open.chunk.id)).toMatchObject({ status: 'transcribing', audioExpiredAt: null });
    await world().simulator.assemblyai.finish(open.transcriptId);
    await api.settledChunk(open.chunk.id);
  });

  it('at an audioUrl are not ours: such a chunk can be restarted at any time', async () => {
    const { api } = world();
    const { id } = await api.createConversation();
    const { failed } = await failedChunk(world(), id, host);
    await backdate(world(), failed.id, '1 year');
    const ours = await settleChunk(api);
    await backdate(world(), ours.id, '8 days');
    await removed(world(), ours.id);
    const again = await api.post(`/api/transcription/chunks/${failed.id}`, {});

    expect(again.status).toBe(202);
    expect(await api.settledChunk(failed.id)).toMatchObject({ status: 'completed', audioExpiredAt: null });
  });
});

describe('recordings that are kept without a limit', () => {
  const world = sharedWorld(() => World.start({ env: ENV }));
  let host: AudioHost;

  beforeAll(async () => {
    host = await AudioHost.start();
  });

  afterAll(async () => {
    await host.stop();
  });

  it('are removed only where their deletion had begun before', async () => {
    const { api, database } = world();
    const kept = await settleChunk(api);
    await backdate(world(), kept.id, '10 years');
    const { id } = await api.createConversation();
    const ofSender = await settledChunk(world(), id, host.newUrl());
    const begun = await settleChunk(api);
    await query(database.url, 'update chunks set audio_expired_at = now() where id = $1', [begun.id]);
    await removed(world(), begun.id);

    expect(await isStored(world(), begun.id)).toBe(false);
    expect(await isStored(world(), kept.id)).toBe(true);
    expect(await api.chunk(kept.id)).toMatchObject({ audioExpiredAt: null });
    expect(await api.chunk(ofSender.id)).toMatchObject({ status: 'completed' });
  });
});
