import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { wav, type Answer } from './api.js';
import { readEffects } from './effects.js';
import type { Fleet, FleetOptions } from './fleet.js';
import { query } from './record.js';
import { volume } from './volume.js';
import { waitUntil } from './wait-until.js';

const CONVERSATIONS = 10;
/** Chunks of each conversation: enough for something to happen in the middle of them. */
const CHUNKS_EACH = volume(6, 20);

/** Long enough for a busy machine; the assertions do not depend on it. */
const DEADLINE_MS = 120_000;
/** Each poll is a query; the processors should work for the fleet. */
const POLL_INTERVAL_MS = 200;

/**
 * Settings of a fleet for such work: a slow provider, and pauses that are shorter than an outage.
 */
export const WITH_OUTAGES = {
  simulator: { latencyMs: [1_000, 3_000], geminiLatencyMs: [100, 300], webhookRetryDelayMs: 500 },
  env: { RECONCILE_INTERVAL_MS: '2000', CALLBACK_DEADLINE_MS: '3000' },
} satisfies Partial<FleetOptions>;

type Counts = Record<'queued' | 'transcribing' | 'correcting' | 'completed' | 'failed', number>;

/** Chunks of ten conversations, sent by clients that repeat requests after a 5xx. */
export class Workload {
  /** Number of unexpected answers of the service; all of those requests were repeated. */
  refusals = 0;
  private ids: readonly string[] = [];
  private sending: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly fleet: Fleet,
    private readonly chunksEach: number,
  ) {}

  private get allChunks(): number {
    return CONVERSATIONS * this.chunksEach;
  }

  /** Starts to send it, ten conversations concurrently. */
  static async begin(fleet: Fleet, chunksEach = CHUNKS_EACH): Promise<Workload> {
    const work = new Workload(fleet, chunksEach);
    const conversations = Array.from({ length: CONVERSATIONS }, () => fleet.api.createConversation());
    work.ids = (await Promise.all(conversations)).map(({ id }) => id);
    work.sending = Promise.all(work.ids.map((id) => work.send(id)));
    return work;
  }

  /** Starts, and resolves when much of it is in progress, and most of it is not done. */
  static async inTheMiddle(fleet: Fleet, chunksEach = CHUNKS_EACH): Promise<Workload> {
    const work = await Workload.begin(fleet, chunksEach);
    const { completed } = await waitUntil(
      () => work.chunks(),
      ({ transcribing, correcting, completed }) => transcribing > 0 && correcting > 0 && completed > 0,
      DEADLINE_MS,
    );
    expect(completed).toBeLessThan(work.allChunks / 2);
    return work;
  }

  /**
   * Waits until every conversation is finalized and summarized.
   * @returns the milliseconds it took
   */
  async ended(): Promise<number> {
    const start = performance.now();
    await this.sending;
    await waitUntil(
      async () => {
        await pause(POLL_INTERVAL_MS);
        this.fleet.expectAllAlive();
        return { ended: await this.endedConversations(), chunks: await this.chunks() };
      },
      ({ ended }) => ended === CONVERSATIONS,
      DEADLINE_MS,
    );
    return Math.round(performance.now() - start);
  }

  /**
   * Expects that everything was done exactly once: each chunk settled, each conversation merged,
   * each recording paid for. The simulator must have been reset before this work, and effects must
   * be watched.
   *
   * @param works number of workloads that the simulator has seen since, including this one; all of
   *   them have ended
   */
  async expectDoneOnce(works = 1): Promise<void> {
    for (const id of this.ids) {
      const { status, chunks, summary } = await this.fleet.api.conversation(id);
      expect({ status, chunks }).toEqual({
        status: 'finalized',
        chunks: { total: this.chunksEach, pending: 0, completed: this.chunksEach, failed: 0 },
      });
      expect(summary).not.toBeNull();
    }
    expect(await readEffects(this.fleet.database.url, this.ids)).toEqual({
      settled: { times: this.allChunks, mostOfOne: 1 },
      merged: { times: CONVERSATIONS, mostOfOne: 1 },
    });
    const { transcripts, billed, counts } = this.fleet.simulator.ledger;
    expect({ transcripts: transcripts.size, billed }).toEqual({
      transcripts: works * this.allChunks,
      billed: works * this.allChunks,
    });
    // The model is asked again when its answer could not be stored, so that the count may be higher
    // than the number of texts.
    expect(counts.correct).toBeGreaterThanOrEqual(works * this.allChunks);
    expect(counts.summarize).toBeGreaterThanOrEqual(works * CONVERSATIONS);
    this.fleet.expectAllAlive();
  }

  private async send(conversationId: string): Promise<void> {
    for (let position = 0; position < this.chunksEach; position += 1) {
      const audio = wav(`${conversationId} ${position}`);
      const headers = { 'idempotency-key': `chunk-${position}` };
      await this.untilAnswered(202, () =>
        this.fleet.api.upload(conversationId, { audio, position, headers }),
      );
    }
    await this.untilAnswered(202, () => this.fleet.api.post(`/api/conversations/${conversationId}/finish`));
  }

  private async untilAnswered(wanted: number, send: () => Promise<Answer>): Promise<void> {
    await waitUntil(
      async () => {
        const { status } = await send();
        if (status !== wanted) {
          this.refusals += 1;
          await pause(POLL_INTERVAL_MS);
        }
        return status;
      },
      (status) => status === wanted,
      DEADLINE_MS,
    );
  }

  private async endedConversations(): Promise<number> {
    const [row] = await query<{ count: number }>(
      this.fleet.database.url,
      `select count(*)::int as count from conversations
       where id = any($1) and status = 'finalized' and summary_status = 'completed'`,
      [this.ids],
    );
    return row?.count ?? 0;
  }

  private async chunks(): Promise<Counts> {
    const rows = await query<{ status: keyof Counts; count: number }>(
      this.fleet.database.url,
      'select status, count(*)::int as count from chunks where conversation_id = any($1) group by status',
      [this.ids],
    );
    const counts: Counts = { queued: 0, transcribing: 0, correcting: 0, completed: 0, failed: 0 };
    for (const { status, count } of rows) counts[status] = count;
    return counts;
  }
}
