import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordingResponse } from '../src/conversations/recordings/recordings.dto.js';
import { wav } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { settleChunk } from './support/one-chunk.js';
import { openSubmission } from './support/open-submission.js';
import { query } from './support/record.js';
import { planForManyRows } from './support/recorded-plans.js';
import { failedChunk, settledChunk } from './support/settled-chunk.js';
import { World } from './support/test-service.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

let world: World;
let host: AudioHost;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

describe('the recordings of a conversation', () => {
  const recordingsOf = async (id: string): Promise<RecordingResponse[]> =>
    (await world.api.get<RecordingResponse[]>(`/api/conversations/${id}/audio`)).body;

  it('are listed with the starts that the words of the transcript have, whatever became of others', async () => {
    const open = await openSubmission(world, host);
    const { conversationId: id } = open;
    const audio = wav('the last one');
    const last = await world.api.addChunk(id, { audio, position: 30 });
    const { failed } = await failedChunk(world, id, host);
    const [first, second] = [
      await settledChunk(world, id, host.newUrl()),
      await settledChunk(world, id, host.newUrl()),
    ];
    await world.api.settledChunk(last.id);
    await query(world.database.url, 'update chunks set position = 5 where id = $1', [second.id]);
    await query(world.database.url, 'update chunks set position = 10 where id = $1', [first.id]);
    await query(world.database.url, 'update chunks set audio_expired_at = now() where id = $1', [last.id]);

    const recordings = await recordingsOf(id);
    const { body } = await world.api.get<{ chunks: { id: string; offsetMs: number }[] }>(
      `/api/conversations/${id}/transcript?format=json`,
    );

    expect(recordings.map(({ chunkId }) => chunkId)).toEqual([
      open.chunk.id,
      second.id,
      first.id,
      last.id,
      failed.id,
    ]);
    expect(
      recordings.filter(({ startMs }) => startMs !== null).map(({ chunkId, startMs }) => [chunkId, startMs]),
    ).toEqual(body.chunks.map((chunk) => [chunk.id, chunk.offsetMs]));
    expect(recordings.map(({ startMs }) => startMs)).toEqual([null, 0, 2_000, 4_000, null]);
    expect(recordings[3]).toEqual({
      chunkId: last.id,
      position: 30,
      startMs: 4_000,
      durationMs: 2_000,
      mimeType: 'audio/wav',
      bytes: audio.length,
      url: `/api/chunks/${last.id}/audio`,
      gone: true,
    });
    expect(recordings[0]).toMatchObject({ durationMs: null, mimeType: null, bytes: null, gone: false });
    await world.simulator.assemblyai.finish(open.transcriptId);
    await world.api.settledChunk(open.chunk.id);
  });

  it('are listed at the starts of the transcript for any lengths and words, over many pages', async () => {
    const { id } = await world.api.createConversation();
    const durations = ['2', '0', null, '3.7', '1'];
    // More chunks than a page has; some have no length, or words after it.
    await query(
      world.database.url,
      `insert into chunks (id, conversation_id, position, status, audio_url, transcript, diarization, completed_at)
       select gen_random_uuid(), $1, n / 2, case when n % 7 = 6 then 'correcting' else 'completed' end, 'http://192.0.2.1/',
         repeat('some more words. ', n % 5), json_build_object('schema', 'x', 'data', json_build_object(
           'audio_duration', ($2::numeric[])[n % 5 + 1],
           'words', case when n % 3 = 0 then null else json_build_array(
             json_build_object('text', 'some', 'start', 100, 'end', 100 + n * 97)) end)), now()
       from generate_series(1, 65) as n`,
      [id, durations],
    );

    const recordings = await recordingsOf(id);
    const { body } = await world.api.get<{ chunks: { id: string; offsetMs: number }[] }>(
      `/api/conversations/${id}/transcript?format=json`,
    );
    const starts = new Map(recordings.map(({ chunkId, startMs }) => [chunkId, startMs]));

    expect(recordings).toHaveLength(65);
    expect(body.chunks).toHaveLength(56);
    expect(body.chunks.map((chunk) => starts.get(chunk.id))).toEqual(
      body.chunks.map(({ offsetMs }) => offsetMs),
    );
  });

  it('are read in pages by an index, not from the table as a whole', async () => {
    const plan = await planForManyRows(
      world.database.url,
      `select id from chunks where conversation_id = '${UNKNOWN_ID}'
         and (position, id) > (3, '${UNKNOWN_ID}'::uuid) order by position, id limit 20`,
    );
    expect(plan).toMatch(/Index .*chunks_by_position/);
    expect(plan).not.toMatch(/Seq Scan|Sort/);
  });

  it('hold no part of a text', async () => {
    const chunk = await settleChunk(world.api);
    const list = JSON.stringify(await recordingsOf(chunk.conversationId));

    expect(chunk.transcript).toMatch(/\S/);
    expect(list).not.toContain(chunk.transcript);
  });
});
