import { HttpException } from '@nestjs/common';
import pg from 'pg';
import { ProviderError } from '../../src/providers/provider-error.js';
import { QueueTimeoutError } from '../../src/queues/job-queues.js';
import { Activity, CrashError, type Crash } from './activity.js';
import type { Harness } from './harness.js';
import { Ledger } from './ledger.js';
import { pickOf } from './pick.js';
import { InMemoryProvider } from './in-memory-provider.js';
import { InMemoryQueueError, InMemoryQueues, type InMemoryJob } from './in-memory-queues.js';
import { newUrl, SimulatedStorage } from './recordings.js';
import { startProcess } from './service-process.js';
import { Schedule, type Until } from './schedule.js';
import type { Action, Scenario } from './steps.js';
import { jobTask, taskOf, type Task, type World } from './tasks.js';

/** More concurrent activities would add no new behavior. */
const MAX_ACTIVITIES = 8;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DEADLOCK = '40P01';

/** A job's run or a request that has not ended. */
interface Running {
  activity: Activity;
  ended: Promise<void>;
  job: InMemoryJob | undefined;
}

/** Runs the scenario of one conversation: the service's processes, and the systems around them. */
export class Experiment implements World {
  readonly ledger = new Ledger();
  readonly provider = new InMemoryProvider((fault, recording) => {
    this.ledger.serve(fault, recording);
  });
  readonly queues = new InMemoryQueues((fault) => {
    this.ledger.serveQueueFault(fault);
  });
  /** The effects in their order, shown when a property does not hold. */
  readonly trace: string[] = [];
  readonly chunkIds: string[] = [];
  readonly sharedUrl = newUrl();
  conversationId = '';
  private readonly schedule: Schedule;
  private readonly storage = new SimulatedStorage();
  private delivery: Scenario['delivery'];
  private running: Running[] = [];
  private begun = 0;

  constructor(
    readonly harness: Harness,
    readonly scenario: Scenario,
  ) {
    this.delivery = scenario.delivery;
    this.provider.areLong = scenario.long;
    this.schedule = new Schedule((pids) => harness.blockedAmong(pids));
  }

  async open(): Promise<void> {
    const { anonymize, sharedUrl, chunks, headStart } = this.scenario;
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

  /** Runs every job that is not running, and ends every transcript well. */
  async work(): Promise<void> {
    const { queues, provider } = this;
    for (const job of queues.list()) if (job.state !== 'active') await this.runJob(job);
    for (const transcript of provider.transcripts) provider.end(transcript, 'completed');
  }

  /**
   * Starts an activity and runs it as far as requested. Does nothing when the action has no target.
   */
  async start(action: Action, options: { until: Until; crash?: Crash }): Promise<void> {
    const activity = await this.begin(action, options.crash);
    if (activity !== undefined) await this.advance(activity, options.until);
  }

  /** Starts two activities, runs their effects in the given order, and then both to the end. */
  async overlap(actions: readonly [Action, Action], order: readonly boolean[]): Promise<void> {
    const first = await this.begin(actions[0]);
    const second = await this.begin(actions[1]);
    for (const isFirst of order) {
      const next = isFirst ? first : second;
      if (next !== undefined) await this.advance(next, { effects: 1 });
    }
    for (const activity of [first, second]) if (activity !== undefined) await this.advance(activity, 'end');
  }

  async resume(pick: number, until: Until): Promise<void> {
    const picked = pickOf(this.running, pick);
    if (picked !== undefined) await this.advance(picked.activity, until);
  }

  /** Runs all activities to their end. */
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

  /** Runs a task from its start to its end, in a process of its own. */
  async do(task: Task): Promise<void> {
    await this.advance(await this.enter(task), 'end');
  }

  switchDelivery(): void {
    this.delivery = this.delivery === 'webhook' ? 'polling' : 'webhook';
  }

  /** Counts the processes that are currently submitting a chunk. */
  submittersOf(chunkId: string): number {
    return this.running.filter(
      ({ job }) => job?.kind === 'submit' && 'chunkId' in job.data && job.data.chunkId === chunkId,
    ).length;
  }

  /** Ends a failed run: all remaining activities die where they are. */
  async abort(): Promise<void> {
    for (const { activity } of this.running) {
      try {
        activity.die('because the experiment is over');
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
    const activity = new Activity(job?.data, `${this.begun} ${label}`, {
      execute: this.schedule.execute,
      trace: (line) => this.trace.push(line),
      crash,
    });
    const { harness, queues, provider, storage } = this;
    const process = startProcess(activity, {
      ...harness.environment(this.delivery),
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

  /** @throws Error when the activity ended with an error that is not allowed */
  private judge({ error, isDead, label }: Activity): void {
    if (isDead) this.ledger.crash();
    if (isDead || error === undefined) return;
    this.ledger.disturb();
    if (error instanceof HttpException || error instanceof ProviderError) return;
    if (error instanceof InMemoryQueueError || error instanceof QueueTimeoutError) return;
    if (error instanceof pg.DatabaseError && error.code === DEADLOCK && this.mayDeadlock()) return;
    const detail = error instanceof pg.DatabaseError ? ` (${error.detail ?? ''} ${error.where ?? ''})` : '';
    const reason =
      error instanceof Error ? `${error.name}: ${error.message}${detail}` : 'a value that is no Error';
    throw new Error(`${label} failed with ${reason}`, { cause: error });
  }

  /**
   * Whether PostgreSQL may have ended one of two transactions. A deletion locks the submission that
   * is being added after its chunk. A submit that runs twice opens a submission while that of the
   * other run is accepted: one has the chunk, and the other the submission.
   */
  private mayDeadlock(): boolean {
    return this.ledger.isDeleted || this.running.some(({ job }) => job?.kind === 'submit');
  }
}
