import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import type { CorrectionRecord } from '../simulator/ledger.js';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import { Gate } from './support/gate.js';
import { joinedRecording, samplesAt } from './support/joined-recording.js';
import { query } from './support/record.js';
import { ServiceProcess, SHORT_JOB_LOCK_MS } from './support/service-process.js';
import { World } from './support/test-service.js';
import { volume } from './support/volume.js';

/** Two of the samples, which last eleven seconds each. */
const WINDOW_SECONDS = 25;
const WINDOWS = volume(5, 10);
/** No two windows have the same two samples, so that a request is recognized by its text. */
const SAMPLES_OF_WINDOWS = [0, 1, 0, 2, 0, 3, 1, 0, 1, 2, 1, 3, 2, 0, 2, 1, 2, 3, 3, 0];
const recording = joinedRecording(samplesAt(SAMPLES_OF_WINDOWS.slice(0, 2 * WINDOWS)));
/** One in the middle and one at the end of each window are due; many more do not come to an end. */
const MAX_KILLS = 3 * WINDOWS;
/** Jobs of a dead process are taken over within 9 s, and each kill is followed by a start. */
const TIMEOUT_MS = 600_000;

const DRAFT = /<partial_transcript>\n?([\s\S]*?)\n?<\/partial_transcript>/;
const NOTIFY_SETTLEMENTS = `
  create function notify_settlement() returns trigger language plpgsql as $$
    begin
      perform pg_notify('window_settled', new.ordinal::text);
      return null;
    end $$;
  create trigger notify_settlement after update on correction_windows for each row
    when (old.status = 'pending' and new.status <> 'pending') execute function notify_settlement();
  listen window_settled`;

/** Behavior of the model during the life of one process. */
interface Life {
  /** Whether the request for this text is answered; others are held until their sender is dead. */
  answers: (text: string) => boolean;
  /** Requests that are held when the process is killed, unless a window settles before. */
  held: number;
  /** Runs when the process has started. */
  begin?: () => Promise<void>;
}

/** A service that corrects one recording, and whose process is killed again and again. */
class KilledCorrection {
  kills = 0;
  chunkId = '';
  /** Texts of the requests that had no answer when their sender was killed. */
  readonly interrupted: string[] = [];
  readonly answered: string[] = [];
  /** Texts of requests for windows that had an answer already. */
  readonly repeated: string[] = [];
  private life: Life = { answers: () => false, held: 0 };
  private held = 0;
  private death = new Gate();
  private strike: () => void = () => undefined;
  private process: ServiceProcess | undefined;

  private constructor(
    private readonly world: World,
    private readonly settlements: pg.Client,
  ) {}

  static async start(concurrency: number): Promise<KilledCorrection> {
    const world = await World.start({
      env: {
        CORRECTION_WINDOW_SECONDS: String(WINDOW_SECONDS),
        CORRECTION_CONCURRENCY: String(concurrency),
        JOB_LOCK_MS: SHORT_JOB_LOCK_MS,
      },
    });
    await world.stopService();
    const settlements = new pg.Client({ connectionString: world.database.url });
    await settlements.connect();
    await settlements.query(NOTIFY_SETTLEMENTS);
    const killed = new KilledCorrection(world, settlements);
    world.simulator.hooks.beforeCorrectionResponse = (record) => killed.takeRequest(record);
    settlements.on('notification', () => {
      killed.strike();
    });
    return killed;
  }

  get requests(): number {
    return this.world.simulator.ledger.counts.correct;
  }

  async addRecording(): Promise<void> {
    const { id } = await this.world.api.createConversation();
    this.chunkId = (await this.world.api.addChunk(id, { audio: recording.audio })).id;
  }

  /** Starts a process, and kills it as soon as a window has settled, or enough requests wait. */
  async liveAndDie(life: Life): Promise<void> {
    this.life = life;
    this.held = 0;
    const struck = new Promise<void>((resolve) => {
      this.strike = resolve;
    });
    const process = await this.startProcess();
    await life.begin?.();
    await struck;
    await process.stop('SIGKILL');
    this.kills += 1;
    this.life = { answers: () => false, held: 0 };
    this.death.open();
    this.death = new Gate();
  }

  /** Lets the last process complete the recording. */
  async complete(): Promise<ChunkResponse> {
    this.life = { answers: () => true, held: 0 };
    await this.startProcess();
    return this.world.api.settledChunk(this.chunkId, TIMEOUT_MS);
  }

  async isCorrecting(): Promise<boolean> {
    const rows = await query<{ status: string }>(
      this.world.database.url,
      'select status from chunks where id = $1',
      [this.chunkId],
    );
    return rows[0]?.status === 'correcting';
  }

  async stop(): Promise<void> {
    this.death.open();
    await this.process?.stop('SIGKILL');
    await this.settlements.end();
    await this.world.stop();
  }

  private async startProcess(): Promise<ServiceProcess> {
    this.process = await ServiceProcess.start(this.world.env());
    return this.process;
  }

  private async takeRequest({ prompt }: CorrectionRecord): Promise<void> {
    const text = DRAFT.exec(prompt)?.[1] ?? '';
    if (this.answered.includes(text)) this.repeated.push(text);
    if (this.life.answers(text)) {
      this.answered.push(text);
      return;
    }
    this.interrupted.push(text);
    this.held += 1;
    if (this.held >= this.life.held) this.strike();
    await this.death.pass();
  }
}

describe('a service that is killed while it corrects a long recording', () => {
  let killed: KilledCorrection | undefined;

  afterEach(async () => {
    await killed?.stop();
    killed = undefined;
  });

  it(
    'asks for a window once more when it was under way, and not when it has settled',
    async () => {
      const correction = (killed = await KilledCorrection.start(1));
      const { interrupted, answered } = correction;
      // The first request for a window is held, and the next one for it is answered: the process
      // dies in the middle of each window, and at the end of each.
      const oneLife = {
        held: 1,
        answers: (text: string) => interrupted.includes(text) && !answered.includes(text),
      };
      await correction.liveAndDie({ ...oneLife, begin: () => correction.addRecording() });
      while (correction.kills < MAX_KILLS && (await correction.isCorrecting())) {
        await correction.liveAndDie(oneLife);
      }
      const chunk = await correction.complete();

      expect(chunk.transcript).toBe(recording.corrected);
      expect(chunk.correction?.windows).toEqual({ total: WINDOWS, corrected: WINDOWS });
      expect(new Set(answered).size).toBe(WINDOWS);
      expect(answered).toHaveLength(WINDOWS);
      expect(correction.repeated).toEqual([]);
      expect(new Set(interrupted)).toEqual(new Set(answered));
      expect(correction.requests).toBe(WINDOWS + interrupted.length);
      expect(interrupted.length).toBeLessThanOrEqual(correction.kills);
    },
    TIMEOUT_MS,
  );

  it(
    'asks once more for those that were under way at once',
    async () => {
      const concurrency = 4;
      const correction = (killed = await KilledCorrection.start(concurrency));
      const { interrupted, answered } = correction;
      const held = { held: concurrency, answers: () => false };
      await correction.liveAndDie({ ...held, begin: () => correction.addRecording() });
      await correction.liveAndDie(held);
      // One is answered, and settles while others are under way.
      await correction.liveAndDie({ held: concurrency, answers: () => answered.length === 0 });
      const chunk = await correction.complete();

      expect(chunk.transcript).toBe(recording.corrected);
      expect(new Set(answered).size).toBe(WINDOWS);
      expect(answered).toHaveLength(WINDOWS);
      expect(correction.repeated).toEqual([]);
      expect(correction.requests).toBe(WINDOWS + interrupted.length);
      expect(interrupted.length).toBeLessThanOrEqual(concurrency * correction.kills);
    },
    TIMEOUT_MS,
  );
});
