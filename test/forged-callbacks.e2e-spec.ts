import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import { AudioHost } from './support/audio-host.js';
import { Gate } from './support/gate.js';
import { addChunkByUrl, isOf, openSubmission, submitOf } from './support/open-submission.js';
import { settledChunk } from './support/settled-chunk.js';
import { SettledOnce } from './support/settled-once.js';
import { callbackTraces } from './support/submission-record.js';
import { World } from './support/test-service.js';

/** Transcript that a forged callback names, and that does not belong to the submission it names. */
interface Foreign {
  transcriptId: string;
  expectUntouched(): Promise<void>;
}

let host: AudioHost;
let world: World;
let settled: SettledOnce;
let audioUrl: string;

async function addChunk(): Promise<ChunkResponse> {
  const { id } = await world.api.createConversation();
  return addChunkByUrl(world, id, audioUrl);
}

describe('a forged callback with a leaked secret', () => {
  beforeAll(async () => {
    [host, world] = await Promise.all([AudioHost.start(), World.start()]);
    settled = new SettledOnce(world);
  });

  afterAll(async () => {
    await world.stop();
    await host.stop();
  });

  beforeEach(() => {
    audioUrl = host.newUrl();
  });

  afterEach(() => {
    for (const name of Object.keys(world.simulator.hooks))
      Reflect.deleteProperty(world.simulator.hooks, name);
  });

  /** Makes a completed transcript of another chunk on the same account. */
  async function foreignTranscript(): Promise<Foreign> {
    const url = host.newUrl();
    const { id } = await world.api.createConversation();
    const chunk = await settledChunk(world, id, url);
    settled.completed += 1;
    const expectUntouched = async () => {
      expect(await world.api.chunk(chunk.id)).toEqual(chunk);
    };
    return { transcriptId: submitOf(world, url).transcriptId, expectUntouched };
  }

  /** Makes a completed transcript of another program on the same account. */
  async function unknownTranscript(): Promise<Foreign> {
    const response = await fetch(`${world.simulator.url}/v2/transcript`, {
      method: 'POST',
      headers: { authorization: 'a-key-of-the-tests', 'content-type': 'application/json' },
      body: JSON.stringify({ audio_url: host.newUrl(), speech_models: ['universal-2'] }),
    });
    const { id } = (await response.json()) as { id: string };
    await world.simulator.assemblyai.finish(id);
    return { transcriptId: id, expectUntouched: () => Promise.resolve() };
  }

  it.each([
    ['another one', foreignTranscript],
    ['another program', unknownTranscript],
  ])('cannot give a chunk the text of %s, before its own transcript is known', async (_name, order) => {
    const foreign = await order();
    const gate = new Gate();
    let forged: number | undefined;
    world.simulator.faults.add({
      operation: 'submit',
      match: { audioUrlContains: audioUrl },
      effect: { kind: 'outcome', status: 'processing' },
    });
    world.simulator.hooks.beforeSubmitResponse = async (transcript) => {
      if (!isOf(audioUrl)(transcript)) return;
      const body = { transcript_id: foreign.transcriptId, status: 'completed' };
      forged = (await world.callback(body, { submission: transcript.submission ?? '' })).status;
      await gate.pass();
    };
    const checksBefore = world.simulator.ledger.transcripts.get(foreign.transcriptId)?.gets ?? 0;

    const chunk = await addChunk();
    await gate.reached;
    await world.simulator.waitFor(
      ({ transcripts }) => (transcripts.get(foreign.transcriptId)?.gets ?? 0) > checksBefore,
    );
    gate.open();
    await world.simulator.assemblyai.finish(submitOf(world, audioUrl).transcriptId);

    await settled.expectCompleted(chunk, audioUrl);
    expect(forged).toBe(200);
    await foreign.expectUntouched();
  });

  it('cannot make a chunk forget its own early callback', async () => {
    const foreign = await foreignTranscript();
    world.simulator.faults.add({
      operation: 'submit',
      match: { audioUrlContains: audioUrl },
      effect: { kind: 'lostReply' },
      times: 1,
    });
    world.simulator.hooks.beforeSubmitResponse = async (transcript) => {
      if (!isOf(audioUrl)(transcript)) return;
      await world.simulator.assemblyai.finish(transcript.id);
      const body = { transcript_id: foreign.transcriptId, status: 'completed' };
      await world.callback(body, { submission: transcript.submission ?? '' });
    };
    await settled.expectCompleted(await addChunk(), audioUrl);
  });

  it('cannot delay a chunk by naming a transcript that does not exist', async () => {
    world.simulator.hooks.beforeSubmitResponse = async (transcript) => {
      if (!isOf(audioUrl)(transcript)) return;
      const body = { transcript_id: 'there-is-no-such-transcript', status: 'error' };
      await world.callback(body, { submission: transcript.submission ?? '' });
      await world.simulator.waitFor(({ gets }) =>
        gets.some(({ transcriptId }) => transcriptId === 'there-is-no-such-transcript'),
      );
    };
    await settled.expectCompleted(await addChunk(), audioUrl);
  });

  it('only causes a check, once our transcript is known', async () => {
    const foreign = await foreignTranscript();
    const open = await openSubmission(world, host);
    const answer = await world.callback({ transcript_id: foreign.transcriptId, status: 'completed' }, open);
    await world.simulator.waitFor(({ transcripts }) => transcripts.get(open.transcriptId)?.gets === 1);
    expect(answer.status).toBe(200);
    expect(await callbackTraces(world, open.submission)).toEqual({
      callbacks: 1,
      callback_transcript_id: null,
    });

    await world.simulator.assemblyai.finish(open.transcriptId);

    await settled.expectCompleted(open.chunk, open.audioUrl);
    await foreign.expectUntouched();
  });

  it('cannot end a chunk that the provider still works on', async () => {
    const open = await openSubmission(world, host);
    for (const status of ['error', 'completed', 'error']) {
      expect((await world.callback({ transcript_id: open.transcriptId, status }, open)).status).toBe(200);
    }
    await world.simulator.waitFor(({ transcripts }) => (transcripts.get(open.transcriptId)?.gets ?? 0) > 0);
    expect((await world.api.chunk(open.chunk.id)).status).toBe('transcribing');

    await world.simulator.assemblyai.finish(open.transcriptId);

    await settled.expectCompleted(open.chunk, open.audioUrl);
  });
});
