import { HttpException } from '@nestjs/common';
import { ProviderError } from '../../src/providers/provider-error.js';
import { QueueTimeoutError } from '../../src/queues/job-queues.js';
import { Activity, CrashError, type Crash } from './activity.js';
import type { Harness } from './harness.js';
import { Ledger } from './ledger.js';
import { pickOf } from './pick.js';
import { InMemoryProvider } from './in-memory-provider.js';
import { InMemoryQueueError, InMemoryQueues, type InMemoryJob } from './in-memory-queues.js';
import { newUrl, PlayedStorage } from './recordings.js';
import { startProcess } from './service-process.js';
import { Schedule, type Until } from './schedule.js';
import type { Action, Life } from './steps.js';
import { jobTask, taskOf, type Task, type World } from './tasks.js';

/** More at once would only be more of the same. */
const MAX_ACTIVITIES = 8;

/** A job's run or a request that has not ended. */
interface Running {
  activity: Activity;
  ended: Promise<void>;
  job: InMemoryJob | undefined;
}

/** One conversation's life: the service's processes, and the world around them. */
export class Experiment implements World {
  readonly ledger = new Ledger();
  readonly provider = new InMemoryProvider((fault, recording) => {
    this.ledger.serve(fault, recording);
  });
  readonly queues = new InMemoryQueues((fault) => {
    this.ledger.serveQueueFault(fault);
  });
  /** What happened, effect by effect: shown when a property does not hold. */
  readonly trace: string[] = [];
  readonly chunkIds: string[] = [];
  readonly sharedUrl = newUrl();
  conversationId = '';
  private readonly schedule: Schedule;
  private readonly storage = new PlayedStorage();
  private delivery: Life['delivery'];
  private running: Running[] = [];
  private begun = 0;

  constructor(
    readonly harness: Harness,
    readonly life: Life,
  ) {
    this.delivery = life.delivery;
    this.schedule = new Schedule((pids) => harness.blockedAmong(pids));
  }

  async open(): Promise<void> {
    const { anonymize, sharedUrl, chunks, headStart } = this.life;
    await this.do({
      label: 'open',
      work: async ({ conversations }) => {
        this.conversationId = (await conversations.create({ anonymize })).id;
      },
    });
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      await this.start({ kind: 'add', audio: sharedUrl ? 'shared url' : 'stored' }, { until: 'end' });
    }
    for (let round = 0; round < headStart; round += 1) await this.work();
  }

  /** Every job that nobody runs at this moment is run, and every transcript ends well. */
  async work(): Promise<void> {
    const { queues, provider } = this;
    for (const job of queues.list()) if (job.state !== 'active') await this.runJob(job);
    for (const transcript of provider.transcripts) provider.end(transcript, 'completed');
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
      if (this.trace.length === before && this.running.length > 0) await this.schedule.deadlockEnds();
    }
  }

  /** Runs a job from its start to its end. */
  async runJob(job: InMemoryJob): Promise<void> {
    await this.do(jobTask(job, this));
  }

  /** Does something from its start to its end, in a process of its own. */
  async do(task: Task): Promise<void> {
    await this.advance(await this.enter(task), 'end');
  }

  switchDelivery(): void {
    this.delivery = this.delivery === 'webhook' ? 'polling' : 'webhook';
  }

  /** How many processes are submitting a chunk at this moment. */
  submittersOf(chunkId: string): number {
    return this.running.filter(
      ({ job }) => job?.kind === 'submit' && 'chunkId' in job.data && job.data.chunkId === chunkId,
    ).length;
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
    await this.schedule.rest();
  }

  private async begin(action: Action, crash?: Crash): Promise<Activity | undefined> {
    const task = await taskOf(action, this);
    return task && this.enter(task, crash);
  }

  private async enter({ label, work, job }: Task, crash?: Crash): Promise<Activity> {
    if (this.running.length >= MAX_ACTIVITIES) await this.finishAll();
    this.begun += 1;
    const activity = new Activity(`${this.begun} ${label}`, {
      carryOut: this.schedule.carryOut,
      trace: (line) => this.trace.push(line),
      crash,
    });
    const { harness, queues, provider, storage } = this;
    const process = startProcess(activity, {
      ...harness.surroundings(this.delivery),
      queues,
      provider,
      storage,
    });
    this.running.push({ activity, ended: activity.run(() => work(process, activity)), job });
    this.schedule.enter(activity);
    this.ledger.overlapping = Math.max(this.ledger.overlapping, this.running.length);
    await this.schedule.rest();
    return activity;
  }

  private async advance(activity: Activity, until: Until): Promise<void> {
    await this.schedule.advance(activity, until);
    const ended = this.running.filter((running) => running.activity.hasEnded);
    this.running = this.running.filter((running) => !running.activity.hasEnded);
    for (const running of ended) this.judge(running.activity);
  }

  /** @throws Error with what no activity may end with */
  private judge({ error, isDead, label }: Activity): void {
    if (isDead) this.ledger.crash();
    if (isDead || error === undefined) return;
    this.ledger.disturb();
    if (error instanceof HttpException || error instanceof ProviderError) return;
    if (error instanceof InMemoryQueueError || error instanceof QueueTimeoutError) return;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'by what is no error';
    throw new Error(`${label} failed with ${reason}`, { cause: error });
  }
}
