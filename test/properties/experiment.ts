import { setTimeout as pause } from 'node:timers/promises';
import { HttpException } from '@nestjs/common';
import { ProviderError } from '../../src/providers/provider-error.js';
import { QueueTimeoutError } from '../../src/queues/job-queues.js';
import { submissionIdOf } from '../../src/transcription/assemblyai/callback-url.js';
import { Activity, CrashError, type Crash } from './activity.js';
import type { Laboratory } from './laboratory.js';
import { Ledger } from './ledger.js';
import { PlayedProvider, type PlayedTranscript } from './played-provider.js';
import { PlayedQueueError, PlayedQueues, type PlayedJob } from './played-queues.js';
import { newUrl, PlayedStorage } from './recordings.js';
import { startProcess, type ServiceProcess } from './service-process.js';
import { Stage, type Until } from './stage.js';
import type { Action, Life } from './steps.js';

/** More at once would only be more of the same. */
const MAX_ACTIVITIES = 8;

type Work = (process: ServiceProcess, activity: Activity) => Promise<void>;

/** A job's run or a request that has not ended. */
interface Running {
  activity: Activity;
  ended: Promise<void>;
  /** Of a submit job. */
  submitsChunk?: string;
}

/** One conversation's life: the service's processes, and the world around them. */
export class Experiment {
  readonly ledger = new Ledger();
  readonly provider = new PlayedProvider((fault, recording) => {
    this.ledger.serve(fault, recording);
  });
  readonly queues = new PlayedQueues((fault) => {
    this.ledger.serveQueueFault(fault);
  });
  readonly stage: Stage;
  /** What happened, effect by effect: shown when a property does not hold. */
  readonly trace: string[] = [];
  /** Of which the sender was told. */
  readonly chunkIds: string[] = [];
  conversationId = '';
  private delivery: Life['delivery'];
  private readonly storage = new PlayedStorage();
  private readonly sharedUrl = newUrl();
  private running: Running[] = [];
  private begun = 0;

  constructor(
    readonly laboratory: Laboratory,
    readonly life: Life,
  ) {
    this.delivery = life.delivery;
    this.stage = new Stage((pids) => laboratory.blockedAmong(pids));
  }

  async open(): Promise<void> {
    await this.do('open', async ({ conversations }) => {
      const { id } = await conversations.create({ anonymize: this.life.anonymize });
      this.conversationId = id;
    });
    for (let chunk = 0; chunk < this.life.chunks; chunk += 1) {
      await this.start(
        { kind: 'add', audio: this.life.sharedUrl ? 'shared url' : 'stored' },
        { until: 'end' },
      );
    }
    for (let round = 0; round < this.life.headStart; round += 1) {
      for (const job of this.queues.list()) await this.runJob(job);
      for (const transcript of this.provider.transcripts) this.provider.end(transcript, 'completed');
    }
  }

  /** Starts an activity and takes it as far as asked. Does nothing when there is nothing to do it to. */
  async start(action: Action, options: { until: Until; crash?: Crash }): Promise<void> {
    const activity = await this.begin(action, options.crash);
    if (activity !== undefined) await this.advance(activity, options.until);
  }

  /** Starts two activities, then takes them on by turns, and what is left of them to the end. */
  async overlap(actions: readonly [Action, Action], turns: readonly boolean[]): Promise<void> {
    const first = await this.begin(actions[0]);
    const second = await this.begin(actions[1]);
    for (const turn of turns) {
      const next = turn ? first : second;
      if (next !== undefined) await this.advance(next, { effects: 1 });
    }
    for (const activity of [first, second]) if (activity !== undefined) await this.advance(activity, 'end');
  }

  async resume(pick: number, until: Until): Promise<void> {
    const picked = pickOf(this.running, pick);
    if (picked !== undefined) await this.advance(picked.activity, until);
  }

  /** Takes everything that goes on to its end. */
  async finishAll(): Promise<void> {
    while (this.running.length > 0) {
      const before = this.trace.length;
      for (const { activity } of [...this.running]) await this.advance(activity, 'end');
      if (this.trace.length === before && this.running.length > 0) await this.stage.deadlockEnds();
    }
  }

  /** Runs a job from its start to its end. */
  async runJob(job: PlayedJob): Promise<void> {
    const activity = await this.enter(`job ${job.kind}`, this.jobWork(job), { job });
    await this.advance(activity, 'end');
  }

  /** Does something from its start to its end, in a process of its own. */
  async do(label: string, work: Work): Promise<void> {
    const activity = await this.enter(label, work);
    await this.advance(activity, 'end');
  }

  switchDelivery(): void {
    this.delivery = this.delivery === 'webhook' ? 'polling' : 'webhook';
  }

  /** Chunks whose submitters go on at this moment. */
  submittersOf(chunkId: string): number {
    return this.running.filter(({ submitsChunk }) => submitsChunk === chunkId).length;
  }

  /** For the end of a run that failed: whatever still goes on dies where it stands. */
  async abort(): Promise<void> {
    for (const { activity } of this.running) {
      try {
        activity.die('as the experiment is over');
      } catch (error) {
        if (!(error instanceof CrashError)) throw error;
      }
    }
    await Promise.all(this.running.map(({ ended }) => ended));
    await this.stage.rest();
  }

  private async begin(action: Action, crash?: Crash): Promise<Activity | undefined> {
    switch (action.kind) {
      case 'job': {
        const jobs = this.queues.list().filter(({ state }) => action.takeOver || state !== 'active');
        const job = pickOf(jobs, action.pick);
        return job && this.enter(`job ${job.kind}`, this.jobWork(job), { crash, job });
      }
      case 'callback': {
        const work = this.callbackWork(action);
        return work && this.enter(`callback ${action.as}`, work, { crash });
      }
      case 'add':
        return this.enter(`add ${action.audio}`, this.addWork(action.audio), { crash });
      case 'finish':
        return this.enter('finish', ({ conversations }) => this.finish(conversations), { crash });
      case 'restart': {
        const work = await this.restartWork(action);
        return work && this.enter(`restart ${action.how}`, work, { crash });
      }
      case 'reconcile':
        return this.enter('reconcile', ({ reconciler }) => reconciler.reconcile(), { crash });
    }
  }

  private async enter(
    label: string,
    work: Work,
    options: { crash?: Crash; job?: PlayedJob } = {},
  ): Promise<Activity> {
    if (this.running.length >= MAX_ACTIVITIES) await this.finishAll();
    this.begun += 1;
    const activity = new Activity(`${this.begun} ${label}`, {
      carryOut: this.stage.carryOut,
      trace: (line) => this.trace.push(line),
      crash: options.crash,
    });
    const { laboratory, queues, provider, storage } = this;
    const process = startProcess(activity, {
      ...laboratory.surroundings(this.delivery),
      queues,
      provider,
      storage,
    });
    const { job } = options;
    this.running.push({
      activity,
      ended: activity.run(() => work(process, activity)),
      submitsChunk: job?.kind === 'submit' && 'chunkId' in job.data ? job.data.chunkId : undefined,
    });
    this.ledger.overlapping = Math.max(this.ledger.overlapping, this.running.length);
    await this.stage.rest();
    return activity;
  }

  private async advance(activity: Activity, until: Until): Promise<void> {
    await this.stage.advance(activity, until);
    const ended = this.running.filter((running) => running.activity.hasEnded);
    this.running = this.running.filter((running) => !running.activity.hasEnded);
    for (const running of ended) this.judge(running.activity);
  }

  /** @throws what no activity may end with */
  private judge({ error, isDead, label }: Activity): void {
    if (isDead) this.ledger.crash();
    if (isDead || error === undefined) return;
    this.ledger.disturb();
    if (error instanceof HttpException || error instanceof ProviderError) return;
    if (error instanceof PlayedQueueError || error instanceof QueueTimeoutError) return;
    throw new Error(`${label} failed`, { cause: error });
  }

  private jobWork(job: PlayedJob): Work {
    return ({ processors }, activity) => this.queues.run(job, processors[job.kind], activity);
  }

  private addWork(audio: 'stored' | 'shared url' | 'repeated'): Work {
    const idempotencyKey = audio === 'repeated' ? 'the same' : undefined;
    return async ({ intake }) => {
      const { id } = await intake.accept({
        conversationId: this.conversationId,
        idempotencyKey,
        receive: (chunkId) => Promise.resolve({ audio: this.audioOf(chunkId, audio) }),
      });
      if (!this.chunkIds.includes(id)) this.chunkIds.push(id);
    };
  }

  private audioOf(chunkId: string, audio: 'stored' | 'shared url' | 'repeated') {
    if (audio === 'shared url') return { kind: 'url' as const, url: this.sharedUrl };
    const key = `${this.conversationId}/${chunkId}.wav`;
    return { kind: 'stored' as const, key, mimeType: 'audio/wav', bytes: 1 };
  }

  async finish(conversations: ServiceProcess['conversations']): Promise<void> {
    await conversations.finish(this.conversationId);
  }

  private async restartWork(action: Extract<Action, { kind: 'restart' }>): Promise<Work | undefined> {
    if (action.how === 'all failed') {
      this.ledger.bulkRestarts += 1;
      // It restarts what had failed before the present millisecond.
      await pause(2);
      return async ({ intake }) => {
        await intake.restartFailed({ conversationId: this.conversationId });
      };
    }
    const settled = await this.laboratory.change<{ id: string }>(
      `select id from chunks where id = any($1) and status in ('completed', 'failed') order by id`,
      [this.chunkIds],
    );
    // Those first that it means something to; asking for another one must be harmless.
    const chunkId = pickOf(settled, action.pick)?.id ?? pickOf(this.chunkIds, action.pick);
    if (chunkId === undefined) return undefined;
    this.ledger.restarts.add(chunkId);
    return async ({ intake }) => {
      await intake.restart(chunkId, { force: action.how === 'forced' });
    };
  }

  /** A callback as the provider would send it, or as somebody would who has the secret. */
  private callbackWork({ pick, as }: Extract<Action, { kind: 'callback' }>): Work | undefined {
    const transcript = pickOf(this.provider.transcripts, pick);
    const isForged = as === 'forged id' || as === 'crossed';
    const submission = isForged
      ? pickOf([...this.provider.submissions].reverse(), pick)
      : submissionIdOf(transcript?.webhookUrl);
    const transcriptId = this.claimedId(transcript, { pick, as });
    if (transcriptId === undefined) return undefined;
    if (isForged) this.ledger.disturb();
    const sentAt = this.ledger.step;
    const isReady = transcript?.status === 'completed' || transcript?.status === 'error';
    const body = {
      transcript_id: transcriptId,
      status: transcript?.status === 'error' ? 'error' : 'completed',
    };
    return async ({ receiver }) => {
      const outcome = await receiver.receive(body, as === 'without submission' ? undefined : submission);
      const isTaken = outcome === 'ok' || outcome === 'error_handled';
      if (isTaken && isReady && submission !== undefined && !isForged) {
        this.ledger.hints.push({ submission, sentAt });
      }
    };
  }

  private claimedId(
    transcript: PlayedTranscript | undefined,
    { pick, as }: { pick: number; as: Extract<Action, { kind: 'callback' }>['as'] },
  ): string | undefined {
    if (as === 'forged id') return this.provider.submissions.length === 0 ? undefined : `forged-${pick}`;
    if (as === 'crossed') return pickOf(this.provider.transcripts, pick + 1)?.id;
    return transcript?.id;
  }
}

export function pickOf<T>(list: readonly T[], pick: number): T | undefined {
  return list.length === 0 ? undefined : list[pick % list.length];
}
