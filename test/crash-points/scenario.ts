import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { ConversationResponse } from '../../src/conversations/conversations.dto.js';
import type { Answer } from '../support/api.js';
import type { CrashWorld } from './crash-world.js';
import { endingsOf, type Ending } from './history.js';
import type { CrashPoint, PassedPoint } from './crash-gate.js';
import {
  LONG_WINDOWS,
  refusedWords,
  walkedRecording,
  type Length,
  type WalkedRecording,
} from './walked-recording.js';

/** Result of a scenario: one conversation with one chunk. */
export interface ScenarioReport {
  /** The points that its path has passed, up to the crash. */
  path: PassedPoint[];
  crashed: boolean;
  /** Milliseconds from the crash until all work had ended; 0 without a crash. */
  recoveryMs: number;
  /** Reasons why work counts as lost. */
  lost: string[];
  /** Events that happened twice. */
  twice: string[];
  /** Other deviations from the expected final state. */
  wrong: string[];
  /** Transcripts that the provider bills in addition to the first. */
  extraBills: number;
}

/**
 * A taken-over job needs 9 s, a submit whose answer was lost 20 s, one after the other; and many
 * times that on a busy machine.
 */
const SCENARIO_DEADLINE_MS = 300_000;
const POLL_PAUSE_MS = 250;
const RETRY_PAUSE_MS = 100;

const EVERY_ENDING_ONCE: Partial<Record<Ending, number>> = {
  'first text stored': 1,
  'submission completed': 1,
  completed: 1,
  merged: 1,
  summarized: 1,
};

/** A permanent error of the model's provider: the window keeps its first-stage text. */
const REFUSED = { kind: 'status', status: 403 } as const;
/** The answer to a correction that is made again: accepted already, or completed already. */
const CONFLICT = 409;

interface State {
  status: string;
  attempt: number;
  transcript: string | null;
  conversation_status: string;
  merged: string | null;
  summary_status: string;
  merge_revision: number;
  submission_ids: string[];
  open_submissions: number;
  uncorrected_windows: number;
}

/**
 * Runs one chunk from its upload to the summary of its conversation, and kills the service at
 * `point`.
 *
 * With the webhook strategy the conversation is finished while the provider works, with polling
 * after the chunk has settled, so that both ways to a finalization are covered.
 *
 * A window of a long recording is refused by the model, and corrected again: with the webhook
 * strategy when the conversation has been summarized, with polling before it is finished.
 */
export async function runScenario(
  world: CrashWorld,
  { length, point }: { length: Length; point?: CrashPoint },
): Promise<ScenarioReport> {
  const scenario = new Scenario(world, length);
  await scenario.prepare();
  world.beginPath(point);
  return scenario.run();
}

class Scenario {
  private readonly key = randomUUID();
  private readonly recording: WalkedRecording;
  private readonly deadline = performance.now() + SCENARIO_DEADLINE_MS;
  private readonly crashesBefore: number;
  private readonly correctionsBefore: number;
  private conversationId = '';
  private chunkId = '';

  constructor(
    private readonly world: CrashWorld,
    private readonly length: Length,
  ) {
    this.crashesBefore = world.crashes;
    this.correctionsBefore = this.corrections;
    this.recording = walkedRecording(length, this.key);
  }

  async prepare(): Promise<void> {
    await this.world.untilIdle();
    const conversation = await this.sendUntilAccepted<ConversationResponse>(
      'the conversation is not created',
      () => this.world.api.post('/api/conversations', {}),
    );
    this.conversationId = conversation.id;
    this.world.refuse(
      this.length === 'long'
        ? [{ operation: 'correct', effect: REFUSED, match: { promptContains: refusedWords() } }]
        : [],
    );
  }

  async run(): Promise<ScenarioReport> {
    const report: ScenarioReport = {
      path: [],
      crashed: false,
      recoveryMs: 0,
      lost: [],
      twice: [],
      wrong: [],
      extraBills: 0,
    };
    await this.noteLost(report, async () => {
      await this.complete();
      await this.world.untilIdle();
    });
    report.path = this.world.crashGate.end();
    report.crashed = this.world.crashes > this.crashesBefore;
    // The last message may have killed the process, for which nothing else waits.
    await this.noteLost(report, async () => {
      await this.world.restarted();
      await this.world.untilIdle();
    });
    report.recoveryMs = report.crashed ? performance.now() - this.world.crashedAt : 0;
    await this.audit(report);
    return report;
  }

  private async noteLost(report: ScenarioReport, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      report.lost.push(error instanceof Error ? error.message : String(error));
    }
  }

  private async complete(): Promise<void> {
    const { api, strategy } = this.world;
    const chunk = await this.sendUntilAccepted<ChunkResponse>('the chunk is not accepted', () =>
      api.upload(this.conversationId, {
        audio: this.recording.audio,
        headers: { 'idempotency-key': this.key },
      }),
    );
    this.chunkId = chunk.id;
    await this.world.untilIdle();
    if (strategy === 'polling') {
      await this.waitFor('the chunk is not settled', isSettled);
      await this.correctAgain();
    }
    await this.world.untilIdle();
    await this.sendUntilAccepted<ConversationResponse>('the conversation is not finished', () =>
      api.post(`/api/conversations/${this.conversationId}/finish`),
    );
    await this.waitFor('the chunk is not settled', isSettled);
    await this.summarized(1);
    if (strategy === 'webhook') await this.correctAgain();
    await this.summarized(this.merges);
    await this.world.restarted();
    await this.waitFor('jobs are left', async (state) => (await this.jobsLeft(state)).length === 0);
  }

  /** Corrects the refused window of a long recording. */
  private async correctAgain(): Promise<void> {
    if (this.length === 'short') return;
    await this.world.untilIdle();
    this.world.refuse([]);
    const path = `/api/transcription/chunks/${this.chunkId}?from=correction`;
    await this.sendUntilAccepted<unknown>(
      'the correction is not made again',
      () => this.world.api.post(path, {}),
      CONFLICT,
    );
    await this.waitFor(
      'the window is not corrected',
      (state) => isSettled(state) && state.uncorrected_windows === 0,
    );
  }

  private async summarized(merges: number): Promise<void> {
    await this.waitFor(
      'the conversation is not finalized',
      ({ conversation_status, merge_revision }) =>
        conversation_status === 'finalized' && merge_revision >= merges,
    );
    await this.waitFor(
      'the conversation is not summarized',
      ({ summary_status }) => summary_status === 'completed',
    );
  }

  /** With the webhook strategy, a long recording is corrected again after the first merge. */
  private get merges(): number {
    return this.length === 'long' && this.world.strategy === 'webhook' ? 2 : 1;
  }

  private get expectedEndings(): Partial<Record<Ending, number>> {
    if (this.length === 'short') return EVERY_ENDING_ONCE;
    return {
      ...EVERY_ENDING_ONCE,
      'window settled': LONG_WINDOWS + 1,
      'correction made again': 1,
      completed: 2,
      merged: this.merges,
      summarized: this.merges,
    };
  }

  /**
   * Repeats a request until it is accepted, also after a broken connection.
   *
   * @param done answer to a repeated request whose first try was carried out
   */
  private async sendUntilAccepted<T>(
    otherwise: string,
    send: () => Promise<Answer<T>>,
    done?: number,
  ): Promise<T> {
    for (;;) {
      try {
        const { status, body } = await send();
        if (status < 300 || status === done) return body;
        if (status < 500) throw new Error(`${otherwise}: ${status}`);
      } catch (error) {
        if (!isBrokenConnection(error)) throw error;
      }
      await this.checkDeadline(otherwise);
      await pause(RETRY_PAUSE_MS);
    }
  }

  private async waitFor(
    otherwise: string,
    holds: (state: State) => boolean | Promise<boolean>,
  ): Promise<void> {
    for (;;) {
      const state = await this.state();
      if (await holds(state)) return;
      await this.checkDeadline(`${otherwise}; last seen: ${JSON.stringify(state)}`);
      await pause(POLL_PAUSE_MS);
    }
  }

  private async checkDeadline(otherwise: string): Promise<void> {
    if (performance.now() < this.deadline) return;
    await this.world.restarted();
    throw new Error(otherwise);
  }

  private async audit(report: ScenarioReport): Promise<void> {
    if (report.lost.length > 0) return;
    const { record, redis, jobs } = this.world;
    const state = await this.state();
    const text = this.recording.corrected;
    const endings = await endingsOf(record, this.conversationId);
    const expected = this.expectedEndings;
    for (const [ending, times] of Object.entries(endings))
      if (times > (expected[ending as Ending] ?? 0)) report.twice.push(`${ending} ${times} times`);
    expectSame(report, 'endings', endings, expected);
    expectSame(report, 'text', state.transcript, text);
    expectSame(report, 'merged text', state.merged, text);
    expectSame(report, 'merge revision', state.merge_revision, this.merges);
    expectSame(report, 'uncorrected windows', state.uncorrected_windows, 0);
    expectSame(report, 'open submissions', state.open_submissions, 0);
    expectSame(report, 'jobs left', await jobs.left(this.owner(state)), []);
    const pending =
      redis === undefined
        ? await this.pendingInPostgres()
        : await redis.use((client) => client.scard(`coord:{pending}:${this.conversationId}`));
    expectSame(report, 'pending chunks', pending, 0);
    const bills = this.bills();
    report.extraBills = bills - 1;
    this.auditCorrections(report);
    if (bills < 1 || bills > 2) report.wrong.push(`${bills} transcripts were ordered`);
  }

  /** Each window is corrected by one request; a kill may cost the one that was under way. */
  private auditCorrections(report: ScenarioReport): void {
    const due = this.length === 'short' ? 1 : LONG_WINDOWS + 1;
    const allowed = report.crashed ? due + 1 : due;
    const requests = this.corrections - this.correctionsBefore;
    if (requests < due || requests > allowed) report.wrong.push(`${requests} corrections were requested`);
  }

  private get corrections(): number {
    return this.world.simulator.ledger.counts.correct;
  }

  private bills(): number {
    const { uploads, transcripts } = this.world.simulator.ledger;
    const urls = new Set(
      uploads.filter(({ sha256 }) => sha256 === this.recording.sha256).map(({ uploadUrl }) => uploadUrl),
    );
    return [...transcripts.values()].filter(({ audioUrl, billed }) => billed && urls.has(audioUrl)).length;
  }

  private jobsLeft(state: State): Promise<string[]> {
    return this.world.jobs.left(this.owner(state));
  }

  private owner({ attempt, submission_ids }: State) {
    return {
      conversationId: this.conversationId,
      chunkId: this.chunkId,
      attempt,
      submissionIds: submission_ids,
    };
  }

  private async state(): Promise<State> {
    const { rows } = await this.world.record.query<State>(STATE, [this.chunkId]);
    const [state] = rows;
    if (state === undefined) throw new Error(`there is no chunk ${this.chunkId}`);
    return state;
  }

  private async pendingInPostgres(): Promise<number> {
    const { rows } = await this.world.record.query<{ pending: number }>(
      'select count(*)::integer as pending from coordination_pending_chunks where conversation_id = $1',
      [this.conversationId],
    );
    return rows[0]?.pending ?? 0;
  }
}

const STATE = `
  select c.status, c.attempt, c.transcript, v.status as conversation_status, v.transcript as merged, v.summary_status,
    v.merge_revision,
    (select coalesce(json_agg(id), '[]') from submissions where chunk_id = c.id) as submission_ids,
    (select count(*)::integer from submissions where chunk_id = c.id and status in ('created', 'submitted'))
      as open_submissions,
    (select count(*)::integer from correction_windows where chunk_id = c.id and status <> 'corrected')
      as uncorrected_windows
  from chunks c join conversations v on v.id = c.conversation_id where c.id = $1`;

/** Detects the error of `fetch`. */
function isBrokenConnection(error: unknown): boolean {
  return error instanceof TypeError;
}

function isSettled({ status }: State): boolean {
  return status === 'completed' || status === 'failed';
}

function expectSame(report: ScenarioReport, what: string, found: unknown, wanted: unknown): void {
  const [is, should] = [sorted(found), sorted(wanted)];
  if (is !== should) report.wrong.push(`${what}: ${is} instead of ${should}`);
}

function sorted(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b))));
}
