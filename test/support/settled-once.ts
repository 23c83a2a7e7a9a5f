import { expect } from 'vitest';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import { correctionsOf, PLACEHOLDER, submitOf } from './open-submission.js';
import type { World } from './test-service.js';
import { waitUntil } from './wait-until.js';

/** Counts the settled chunks of a world, and compares the count with the service's own. */
export class SettledOnce {
  completed = 0;
  failed = 0;

  constructor(private readonly world: World) {}

  /**
   * Waits until the chunk and its conversation are complete, and then counts: one transcript, one
   * correction, one settled chunk, one summary, and its own text. A late callback finds no open
   * submission.
   */
  async expectCompleted({ id, conversationId }: ChunkResponse, audioUrl: string): Promise<void> {
    const { api, simulator } = this.world;
    await api.settledChunk(id);
    await api.finish(conversationId);
    const conversation = await api.summarizedConversation(conversationId);
    const { submission, transcriptId } = submitOf(this.world, audioUrl);

    const late = await this.world.callback(
      { transcript_id: transcriptId, status: 'completed' },
      { submission },
    );

    expect(late.status).toBe(404);
    const chunk = await api.chunk(id);
    expect(chunk).toMatchObject({ status: 'completed', error: null, transcriptId, strategy: 'webhook' });
    expect(chunk.transcript).toMatch(PLACEHOLDER);
    expect(chunk.diarization?.data).toMatchObject({ raw: { id: transcriptId, audio_url: audioUrl } });
    expect(conversation).toMatchObject({ status: 'finalized', transcript: chunk.transcript });
    const mark = PLACEHOLDER.exec(chunk.transcript ?? '')?.groups?.mark ?? 'no mark';
    const { submits, summaries } = simulator.ledger;
    expect(submits.filter((submit) => submit.audioUrl === audioUrl)).toHaveLength(1);
    expect(correctionsOf(this.world, chunk)).toBe(1);
    expect(summaries.filter(({ prompt }) => prompt.includes(mark))).toHaveLength(1);
    this.completed += 1;
    await this.expectCounts();
  }

  /** Compares the counts; the service counts a chunk each time it settles one. */
  async expectCounts(): Promise<void> {
    const { api } = this.world;
    const read = async () => ({
      completed: await api.metric('ringback_chunks_settled_total', { status: 'completed' }),
      failed: await api.metric('ringback_chunks_settled_total', { status: 'failed' }),
    });
    const counts = await waitUntil(
      read,
      ({ completed, failed }) => completed + failed >= this.completed + this.failed,
    );
    expect(counts).toEqual({ completed: this.completed, failed: this.failed });
  }
}
