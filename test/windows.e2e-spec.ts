import { describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { WindowResponse } from '../src/conversations/windows/windows.dto.js';
import { Gate } from './support/gate.js';
import { joinedRecording, repeatedSamples, SAMPLES } from './support/joined-recording.js';
import { query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { wipeQueues } from './support/wipe-queues.js';

/** Two or three of the samples, which last eleven seconds each. */
const WINDOW_SECONDS = 25;
/** A permanent error of the model's provider: the window is not tried again. */
const REFUSED = { kind: 'status', status: 403 } as const;

const recording = joinedRecording(repeatedSamples(12));

describe('a long recording', () => {
  const world = sharedWorld(() =>
    World.start({ env: { RETRY_BASE_MS: '5', CORRECTION_WINDOW_SECONDS: String(WINDOW_SECONDS) } }),
  );

  const start = async (settings: object = {}): Promise<ChunkResponse> => {
    const { id } = await world().api.createConversation(settings);
    return world().api.addChunk(id, { audio: recording.audio });
  };
  const settle = async (settings: object = {}): Promise<ChunkResponse> =>
    world().api.settledChunk((await start(settings)).id);
  const windowsOf = async ({ id }: ChunkResponse): Promise<WindowResponse[]> =>
    (await world().api.get<WindowResponse[]>(`/api/chunks/${id}/windows`)).body;
  const again = ({ id }: ChunkResponse, query = '') =>
    world().api.post<ChunkResponse & { code?: string }>(
      `/api/transcription/chunks/${id}?from=correction${query}`,
      {},
    );
  const corrections = (): number => world().simulator.ledger.counts.correct;

  it('is corrected in windows, whose joined text is that of the recording', async () => {
    const chunk = await settle();

    const windows = await windowsOf(chunk);
    expect(chunk.transcript).toBe(recording.corrected);
    expect(windows.length).toBeGreaterThanOrEqual(5);
    expect(corrections()).toBe(windows.length);
    expect(chunk.correction).toMatchObject({ windows: { total: windows.length, corrected: windows.length } });
    expect(windows.map(({ ordinal }) => ordinal)).toEqual(windows.map((_window, index) => index));
    expect(windows.map(({ usedAudio }) => usedAudio)).toEqual(windows.map(() => true));
    expect(chunk.correction).toMatchObject({ usedAudio: true });
    expect(windows.slice(1).map(({ startMs }) => startMs)).toEqual(
      windows.slice(0, -1).map(({ endMs }) => endMs),
    );
    const outputTokens = windows.reduce((sum, window) => sum + window.outputTokens, 0);
    expect(chunk.modelUse.outputTokens).toBe(outputTokens);
    expect(outputTokens).toBeGreaterThan(0);
    expect(chunk.diarization).toMatchObject({ schema: 'Dembrane-25-09', data: { error: null } });
  });

  it('keeps the first-stage text of a window that is refused, which is corrected when it is tried again', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: REFUSED, times: 1 });
    const chunk = await settle();
    const windows = await windowsOf(chunk);
    const failed = windows.filter(({ status }) => status === 'uncorrected');

    expect(failed).toHaveLength(1);
    expect(chunk.correction?.windows).toEqual({ total: windows.length, corrected: windows.length - 1 });
    expect(chunk.transcript).not.toBe(recording.corrected);
    expect(chunk.diarization?.data).toMatchObject({
      error: expect.stringMatching(
        new RegExp(`^1 of ${windows.length} windows keep .*window ${(failed[0]?.ordinal ?? 0) + 1} .*403`),
      ) as unknown,
    });
    const problems = await world().api.get<{ data: { kind: string }[] }>('/api/problems');
    expect(problems.body.data).toMatchObject([{ kind: 'uncorrected', chunks: 1 }]);
    const before = corrections();

    const answer = await again(chunk);
    const mended = await world().api.settledChunk(chunk.id);

    expect(answer.status).toBe(202);
    expect(corrections()).toBe(before + 1);
    expect(mended.transcript).toBe(recording.corrected);
    expect(mended.transcriptId).toBe(chunk.transcriptId);
    expect(mended.correction?.windows).toEqual({ total: windows.length, corrected: windows.length });
    expect(mended.diarization).toMatchObject({ schema: 'Dembrane-25-09', data: { error: null } });
    expect(mended.revision).toBe(chunk.revision + 1);
    expect((await world().api.get<{ data: object[] }>('/api/problems')).body.data).toEqual([]);
  });

  it('is corrected again as a whole when asked to, and not otherwise', async () => {
    const chunk = await settle();
    const before = corrections();

    expect(await again(chunk)).toMatchObject({ status: 409, body: { code: 'chunk_completed' } });
    expect((await again(chunk, '&force=true')).status).toBe(202);
    const corrected = await world().api.settledChunk(chunk.id);

    expect(corrections()).toBe(2 * before);
    expect(corrected.transcript).toBe(recording.corrected);
    expect(corrected.modelUse.outputTokens).toBe(2 * chunk.modelUse.outputTokens);
    expect(world().simulator.ledger.counts.submit).toBe(1);
  });

  it('keeps an edit while it is corrected again', async () => {
    const chunk = await settle();
    await world().api.put(`/api/chunks/${chunk.id}/transcript`, {
      text: 'What a person wrote.',
      revision: chunk.revision,
    });

    await again(chunk, '&force=true');
    const corrected = await world().api.settledChunk(chunk.id);

    expect(corrected.transcript).toBe('What a person wrote.');
    const revisions = await world().api.get<{ data: { origin: string; text: string }[] }>(
      `/api/chunks/${chunk.id}/revisions`,
    );
    expect(revisions.body.data[0]).toMatchObject({ origin: 'correction', text: recording.corrected });
  });

  it('stores nothing spoken of an anonymized conversation', async () => {
    const chunk = await settle({ anonymize: true });

    expect(chunk.transcript).toBe(recording.correctedRedacted);
    const rows = await query<{ row: string }>(
      world().database.url,
      'select w::text as row from correction_windows as w where chunk_id = $1',
      [chunk.id],
    );
    expect(rows.length).toBeGreaterThanOrEqual(5);
    const stored = rows.map(({ row }) => row).join('\n');
    for (const spoken of ['Marijke', 'Maria', 'Doris', 'Joris', 'example.org', '020 7946']) {
      expect(stored).not.toContain(spoken);
    }
  });

  it('is withheld as a whole when a window of an anonymized conversation is refused, until it is tried again', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: REFUSED, times: 1 });
    const chunk = await settle({ anonymize: true });

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'withheld', transcript: null });

    expect((await again(chunk)).status).toBe(202);
    const anonymized = await world().api.settledChunk(chunk.id);
    expect(anonymized).toMatchObject({
      status: 'completed',
      transcript: recording.correctedRedacted,
      error: null,
    });
  });

  it('is redacted in each window when redaction is turned on while it is corrected', async () => {
    const gate = new Gate();
    world().simulator.hooks.beforeCorrectionResponse = gate.pass;
    const chunk = await start();
    await gate.reached;

    await world().api.post(`/api/transcription/chunks/${chunk.id}`, { redactPii: true });
    gate.open();
    const redacted = await world().api.settledChunk(chunk.id);

    expect(redacted.transcript).toBe(recording.correctedRedacted);
    const rows = await query<{ row: string }>(
      world().database.url,
      'select w::text as row from correction_windows as w where chunk_id = $1',
      [chunk.id],
    );
    expect(rows.map(({ row }) => row).join('\n')).not.toContain('example.org');
  });

  it('removes its windows with the conversation', async () => {
    const chunk = await settle();

    await world().api.send('DELETE', `/api/conversations/${chunk.conversationId}`, {});

    const rows = await query(world().database.url, 'select from correction_windows where chunk_id = $1', [
      chunk.id,
    ]);
    expect(rows).toEqual([]);
  });
});

describe('a correction that loses its queues', () => {
  const world = sharedWorld(() =>
    World.start({
      env: { CORRECTION_WINDOW_SECONDS: String(WINDOW_SECONDS), CORRECTION_CONCURRENCY: '1' },
    }),
  );

  it('asks for no window twice that is settled, and at most once more for the one under way', async () => {
    const gate = new Gate();
    let answers = 0;
    // The second window is under way when the queues are lost.
    world().simulator.hooks.beforeCorrectionResponse = () => {
      answers += 1;
      return answers === 2 ? gate.pass() : undefined;
    };
    const { id } = await world().api.createConversation();
    const added = await world().api.addChunk(id, { audio: recording.audio });
    await gate.reached;

    await wipeQueues(world());
    gate.open();
    await world().stopService();
    await world().startService();
    const chunk = await world().api.settledChunk(added.id);

    expect(chunk.transcript).toBe(recording.corrected);
    const total = chunk.correction?.windows.total ?? 0;
    expect(total).toBeGreaterThanOrEqual(5);
    expect(world().simulator.ledger.counts.correct).toBeLessThanOrEqual(total + 1);
  });
});

describe('a short recording', () => {
  const world = sharedWorld(() => World.start({ env: { RETRY_BASE_MS: '5' } }));

  it('is one window, which is corrected again with its sound', async () => {
    const [sample] = SAMPLES;
    const { id } = await world().api.createConversation();
    const { audio } = joinedRecording(repeatedSamples(1));
    const added = await world().api.addChunk(id, { audio });
    const chunk = await world().api.settledChunk(added.id);

    expect(chunk.correction).toMatchObject({ usedAudio: true, windows: { total: 1, corrected: 1 } });
    const path = `/api/transcription/chunks/${chunk.id}?from=correction&force=true`;
    expect((await world().api.post(path, {})).status).toBe(202);
    const corrected = await world().api.settledChunk(chunk.id);

    expect(corrected).toMatchObject({ transcript: sample?.corrected, revision: chunk.revision + 1 });
    expect(corrected.correction).toMatchObject({ usedAudio: true, windows: { total: 1, corrected: 1 } });
    expect(corrected.diarization).toMatchObject({ data: { raw: { text: sample?.heard } } });
  });

  it.each([
    ['from=summary', {}],
    ['from=correction', { redactPii: true }],
  ])('refuses %s with %j', async (parameters, json) => {
    const { id } = await world().api.createConversation();
    const { id: chunkId } = await world().api.addChunk(id);
    await world().api.settledChunk(chunkId);

    const answer = await world().api.post(`/api/transcription/chunks/${chunkId}?${parameters}`, json);

    expect(answer.status).toBe(400);
  });

  it('has no text to correct when it failed', async () => {
    world().simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: 'Audio duration is too short.' },
      times: 1,
    });
    const { id } = await world().api.createConversation();
    const added = await world().api.addChunk(id);
    await world().api.settledChunk(added.id);

    const answer = await world().api.post(`/api/transcription/chunks/${added.id}?from=correction`, {});

    expect(answer).toMatchObject({ status: 409, body: { code: 'no_first_stage_text' } });
  });
});
