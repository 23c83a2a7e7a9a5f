import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import { AudioHost } from './support/audio-host.js';
import { Gate } from './support/gate.js';
import { addChunkByUrl, correctionsOf, isOf, openSubmission, submitOf } from './support/open-submission.js';
import { SettledOnce } from './support/settled-once.js';
import { query } from './support/record.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

/** Below the timeout of a submit, after which its transcript is found in another way. */
const BEFORE_SUBMIT_TIMES_OUT_MS = 10_000;
const SERVER_ERROR = 'Server error, developers have been alerted.';

let host: AudioHost;
let world: World;
let audioUrl: string;
let settled: SettledOnce;

async function startWorld(env: Record<string, string> = {}): Promise<void> {
  [host, world] = await Promise.all([AudioHost.start(), World.start({ env })]);
  settled = new SettledOnce(world);
}

async function stopWorld(): Promise<void> {
  await world.stop();
  await host.stop();
}

/** Adds a fault to the callbacks of this test's recording. */
function webhookFault(effect: Effect, times?: number): void {
  world.simulator.faults.add({
    operation: 'webhook',
    match: { audioUrlContains: audioUrl },
    effect,
    times,
  });
}

async function addChunk(): Promise<ChunkResponse> {
  const { id } = await world.api.createConversation();
  return addChunkByUrl(world, id, audioUrl);
}

function callbackAnswers(transcriptId: string): (number | null)[] {
  return world.simulator.ledger.webhookAttempts
    .filter((attempt) => attempt.transcriptId === transcriptId)
    .map(({ status }) => status);
}

describe('a chunk settles once', () => {
  beforeAll(() => startWorld());
  afterAll(stopWorld);

  beforeEach(() => {
    audioUrl = host.newUrl();
  });

  afterEach(() => {
    for (const name of Object.keys(world.simulator.hooks))
      Reflect.deleteProperty(world.simulator.hooks, name);
  });

  it('when its callback comes before the answer to its submit', async () => {
    webhookFault({ kind: 'early' });
    const chunk = await addChunk();
    await settled.expectCompleted(chunk, audioUrl);
    expect(callbackAnswers(submitOf(world, audioUrl).transcriptId)).toEqual([200]);
  });

  it('when it is corrected before the answer to its submit has come', async () => {
    const gate = new Gate();
    world.simulator.hooks.beforeSubmitResponse = (transcript) =>
      isOf(audioUrl)(transcript) ? gate.pass() : undefined;
    webhookFault({ kind: 'early' });

    const { id } = await addChunk();
    const early = await world.api.settledChunk(id, BEFORE_SUBMIT_TIMES_OUT_MS);
    gate.open();

    expect(early.status).toBe('completed');
    await settled.expectCompleted(early, audioUrl);
  });

  it('when its callback comes first and the answer to its submit never does', async () => {
    webhookFault({ kind: 'early' });
    world.simulator.faults.add({
      operation: 'submit',
      match: { audioUrlContains: audioUrl },
      effect: { kind: 'lostReply' },
      times: 1,
    });
    const { list } = world.simulator.ledger.counts;
    await settled.expectCompleted(await addChunk(), audioUrl);
    // The callback named the transcript, so no search was needed.
    expect(world.simulator.ledger.counts.list).toBe(list);
  });

  it.each([
    ['twice', 1],
    ['ten times at once', 9],
  ])('when its callback comes %s', async (_name, copies) => {
    webhookFault({ kind: 'duplicate', copies });
    await settled.expectCompleted(await addChunk(), audioUrl);
    const answers = callbackAnswers(submitOf(world, audioUrl).transcriptId);
    expect(answers).toHaveLength(copies + 1);
    // Callbacks that come after the text is recorded find no open submission.
    expect(answers).toContain(200);
    expect(answers.filter((status) => status !== 200 && status !== 404)).toEqual([]);
  });

  it('when ten callbacks come at once before the answer to its submit', async () => {
    const statuses: number[] = [];
    world.simulator.hooks.beforeSubmitResponse = async (transcript) => {
      if (!isOf(audioUrl)(transcript)) return;
      await world.simulator.assemblyai.finish(transcript.id);
      const calls = Array.from({ length: 10 }, () =>
        world.callback(
          { transcript_id: transcript.id, status: 'completed' },
          { submission: transcript.submission ?? '' },
        ),
      );
      statuses.push(...(await Promise.all(calls)).map(({ status }) => status));
    };
    webhookFault({ kind: 'drop' });
    await settled.expectCompleted(await addChunk(), audioUrl);
    expect(statuses).toHaveLength(10);
    expect(statuses.filter((status) => status !== 200 && status !== 404)).toEqual([]);
  });

  it('when its callback comes during its check, and no other callback follows', async () => {
    const open = await openSubmission(world, host);
    const body = { transcript_id: open.transcriptId, status: 'completed' };
    world.simulator.faults.add({
      operation: 'webhook',
      match: { transcriptId: open.transcriptId },
      effect: { kind: 'drop' },
    });
    const { assemblyai, hooks } = world.simulator;
    let checks = 0;
    const duringCheck: number[] = [];
    hooks.beforeGetResponse = async (transcript) => {
      if (transcript.id !== open.transcriptId) return;
      checks += 1;
      // The first check finds the transcript not ready. The callback comes while that answer is on
      // its way.
      if (checks === 1) duringCheck.push((await world.callback(body, open)).status);
      else await assemblyai.finish(transcript.id);
    };

    await world.callback(body, open);

    await settled.expectCompleted(open.chunk, open.audioUrl);
    expect([duringCheck, checks]).toEqual([[200], 2]);
  });

  it('when a callback comes too soon, before the transcript is ready', async () => {
    const open = await openSubmission(world, host);
    const body = { transcript_id: open.transcriptId, status: 'completed' };
    const early = await world.callback(body, open);
    await world.simulator.waitFor(({ transcripts }) => transcripts.get(open.transcriptId)?.gets === 1);

    await world.simulator.assemblyai.finish(open.transcriptId);

    expect(early.status).toBe(200);
    await settled.expectCompleted(open.chunk, open.audioUrl);
  });

  it('when a callback claims an error that the transcript does not have', async () => {
    const open = await openSubmission(world, host);
    const answer = await world.callback({ transcript_id: open.transcriptId, status: 'error' }, open);
    await world.simulator.assemblyai.finish(open.transcriptId);
    expect(answer.body).toEqual({ status: 'error_handled' });
    await settled.expectCompleted(open.chunk, open.audioUrl);
  });

  it('when a notice about redacted audio follows its callback', async () => {
    webhookFault({ kind: 'redactedAudioReady' });
    await settled.expectCompleted(await addChunk(), audioUrl);
    const { webhookAttempts } = world.simulator.ledger;
    const { submission } = submitOf(world, audioUrl);
    const notices = await waitUntil(
      () =>
        Promise.resolve(
          webhookAttempts.filter(
            (attempt) => attempt.kind === 'redactedAudio' && attempt.submission === submission,
          ),
        ),
      (attempts) => attempts.length > 0,
    );
    expect(notices.map(({ status }) => status)).toEqual([200]);
  });

  it('as failed, when the transcript ends in an error, and later callbacks get 404', async () => {
    world.simulator.faults.add({
      operation: 'submit',
      match: { audioUrlContains: audioUrl },
      effect: { kind: 'outcome', status: 'error', error: 'Audio duration is too short.' },
    });
    webhookFault({ kind: 'duplicate', copies: 4 });

    const { id } = await addChunk();
    const chunk = await world.api.settledChunk(id);
    const { submission, transcriptId } = submitOf(world, audioUrl);
    const late = await Promise.all(
      ['completed', 'error'].map((status) =>
        world.callback({ transcript_id: transcriptId, status }, { submission }),
      ),
    );

    expect(chunk).toMatchObject({ status: 'failed', transcript: null });
    expect(chunk.error).toContain('Audio duration is too short.');
    expect(late.map(({ status }) => status)).toEqual([404, 404]);
    expect(await world.api.chunk(id)).toEqual(chunk);
    settled.failed += 1;
    await settled.expectCounts();
  });

  it('by its second submission, when the first was abandoned, whose late callback gets 404', async () => {
    world.simulator.faults.add({
      operation: 'submit',
      match: { audioUrlContains: audioUrl },
      effect: { kind: 'outcome', status: 'error', error: SERVER_ERROR },
      times: 1,
    });
    const { id } = await addChunk();
    const chunk = await world.api.settledChunk(id);
    const [first, second, ...more] = world.simulator.ledger.submits.filter(
      (submit) => submit.audioUrl === audioUrl,
    );

    const late = await world.callback(
      { transcript_id: first?.transcriptId, status: 'completed' },
      { submission: first?.submission ?? '' },
    );

    expect(more).toEqual([]);
    expect(chunk).toMatchObject({ status: 'completed', transcriptId: second?.transcriptId });
    expect(late.status).toBe(404);
    expect(correctionsOf(world, chunk)).toBe(1);
    settled.completed += 1;
    await settled.expectCounts();
  });

  it('when it is one of many, whose callbacks come early, often or only once', async () => {
    const effects: Effect[] = [{ kind: 'early' }, { kind: 'duplicate', copies: 3 }, { kind: 'delay', ms: 1 }];
    const { id: conversationId } = await world.api.createConversation();
    const urls = Array.from({ length: 12 }, () => host.newUrl());
    const chunks = await Promise.all(
      urls.map((url, index) => {
        world.simulator.faults.add({
          operation: 'webhook',
          match: { audioUrlContains: url },
          effect: effects[index % effects.length] ?? { kind: 'early' },
        });
        return addChunkByUrl(world, conversationId, url);
      }),
    );
    await world.api.finish(conversationId);

    const conversation = await world.api.summarizedConversation(conversationId);

    expect(conversation.chunks).toEqual({ total: 12, pending: 0, completed: 12, failed: 0 });
    for (const [index, { id }] of chunks.entries()) {
      const chunk = await world.api.chunk(id);
      expect(chunk.transcriptId).toBe(submitOf(world, urls[index] ?? '').transcriptId);
      expect(correctionsOf(world, chunk)).toBe(1);
    }
    settled.completed += 12;
    await settled.expectCounts();
  });
});

describe('a chunk whose callback never comes', () => {
  beforeAll(() => startWorld({ CALLBACK_DEADLINE_MS: '300' }));
  afterAll(stopWorld);

  beforeEach(() => {
    audioUrl = host.newUrl();
  });

  it('settles once by its check, after the deadline and not before', async () => {
    webhookFault({ kind: 'drop' });
    const chunk = await addChunk();
    await settled.expectCompleted(chunk, audioUrl);
    const { gets, transcripts } = world.simulator.ledger;
    const { transcriptId } = submitOf(world, audioUrl);
    // Time of the record, as the submit arrives much later on a busy machine.
    const [opened] = await query<{ at: Date }>(
      world.database.url,
      'select created_at as at from submissions where transcript_id = $1',
      [transcriptId],
    );
    const checkedAt = gets.find((get) => get.transcriptId === transcriptId)?.time ?? NaN;
    expect(checkedAt - (opened?.at.getTime() ?? NaN)).toBeGreaterThan(250);
    expect(transcripts.get(transcriptId)).toMatchObject({ webhookAttempts: 0, webhooksDropped: 1 });
  });

  it('settles once when the callback had a wrong secret, after which no other comes', async () => {
    webhookFault({ kind: 'wrongSecret' });
    await settled.expectCompleted(await addChunk(), audioUrl);
    expect(callbackAnswers(submitOf(world, audioUrl).transcriptId)).toEqual([401]);
  });

  it('settles once when the callback comes at the same time as the check', async () => {
    webhookFault({ kind: 'delay', ms: 280 });
    await settled.expectCompleted(await addChunk(), audioUrl);
  });
});
