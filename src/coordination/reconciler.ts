import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { LockedTimer } from '../database/locked-timer.js';
import { Metrics } from '../observability/metrics.js';
import { ensureHeartbeat } from '../queues/heartbeat.js';
import { JOB_KINDS, jobId, type JobData, type JobKind } from '../queues/job-catalogue.js';
import { JobQueues } from '../queues/job-queues.js';
import { QueueEngine } from '../queues/queue-engine.js';
import { Coordination } from './coordination.js';
import { OWED_PAGE, OwedWork, type OwedJob, type ReadPage } from './owed-work.js';
import { SleepWatch, type SleepingJob } from './sleep-watch.js';

/** Smaller than every other UUID, so that the first page starts at the beginning. */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/**
 * Compares the record with the queues, and restores missing jobs: after a crash between a change
 * and its job, after a wipe of the queues, or after a job that did not run to its end. It runs at
 * start, and then every RECONCILE_INTERVAL_MS.
 *
 * It is a timer in every worker process, behind a database lock, and not a job: a job would be
 * wiped together with the jobs that it has to restore (rule K5). Job ids are deterministic, so an
 * existing job stays as it is, unless it sleeps past its due time: then it is woken.
 */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Reconciler.name);
  private readonly timer: LockedTimer;
  private isFirstPass = true;
  private readonly sleeps = new SleepWatch();

  constructor(
    private readonly config: AppConfig,
    database: Database,
    private readonly owed: OwedWork,
    private readonly queues: JobQueues,
    private readonly engine: QueueEngine,
    private readonly coordination: Coordination,
    private readonly metrics: Metrics,
  ) {
    this.timer = new LockedTimer(database, {
      lock: 'ringback:reconciler',
      intervalMs: config.reconcileIntervalMs,
      pass: async () => {
        // Before any job is added: another installation would drop it as unknown.
        await coordination.claim();
        await this.reconcile();
      },
      logger: this.logger,
    });
  }

  onApplicationBootstrap(): void {
    this.timer.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.timer.stop();
  }

  /** Compares once, unless another process is comparing. */
  async reconcile(): Promise<void> {
    await this.timer.runExclusively(() => this.repair());
  }

  private async repair(): Promise<void> {
    this.sleeps.beginPass();
    if (this.engine.needsHeartbeat) {
      for (const kind of JOB_KINDS) await ensureHeartbeat(this.queues.queue(kind));
    }
    await this.repairPendingSets();
    for (const kind of JOB_KINDS) await this.restore(kind);
    await this.coordination.removeExpired();
    this.isFirstPass = false;
  }

  private async restore(kind: JobKind): Promise<void> {
    await forEachPage(
      (after) => this.owed.read(kind, after),
      async (page) => {
        await this.addMissing(
          kind,
          page.map(({ data }) => data),
        );
        for (const { data } of page.filter((job) => this.awaitsDisabledCallback(job)))
          await this.queues.wake(kind, data);
      },
    );
  }

  /** Whether the job sleeps for a callback that is no longer requested; it is woken once. */
  private awaitsDisabledCallback({ awaitsCallback = false }: OwedJob<JobKind>): boolean {
    return awaitsCallback && this.isFirstPass && this.config.transcription.delivery.kind === 'polling';
  }

  private async addMissing<K extends JobKind>(kind: K, all: JobData[K][]): Promise<void> {
    const queue = this.queues.queue(kind);
    const jobs: (SleepingJob | undefined)[] = await Promise.all(
      all.map((data) => queue.getJob(jobId(kind, data))),
    );
    await this.wakeOverslept(
      kind,
      all.filter((_data, index) => {
        const job = jobs[index];
        return job !== undefined && this.sleeps.hasOverslept(job);
      }),
    );
    const missing = all.filter((_data, index) => jobs[index] === undefined);
    if (missing.length === 0) return;
    await this.queues.addMany(
      kind,
      missing.map((data) => ({ data })),
    );
    this.metrics.reconciled.inc({ kind }, missing.length);
    const ids = missing.map((data) => Object.values(data)[0]).slice(0, 5);
    this.logger.log(
      `put back ${missing.length} missing ${kind} jobs, of ${ids.join(', ')}${missing.length > 5 ? ', ...' : ''}`,
    );
  }

  private async wakeOverslept<K extends JobKind>(kind: K, all: JobData[K][]): Promise<void> {
    if (all.length === 0) return;
    for (const data of all) await this.queues.wake(kind, data);
    this.metrics.reconciled.inc({ kind }, all.length);
    this.logger.warn(`woke ${all.length} ${kind} jobs that slept past their due time; was a clock wrong?`);
  }

  /** Replaces sets that differ from the record; removes sets without pending chunks. */
  private async repairPendingSets(): Promise<void> {
    const pending = new Set<string>();
    await forEachPage(
      async (after) =>
        (await this.owed.pendingSets(after)).map((set) => ({ ...set, id: set.conversationId })),
      async (page) => {
        for (const { conversationId, chunkIds } of page) {
          pending.add(conversationId);
          if ((await this.coordination.pendingCount(conversationId)) === chunkIds.length) continue;
          await this.coordination.replacePending(conversationId, chunkIds);
          this.metrics.reconciled.inc({ kind: 'pending' });
        }
      },
    );
    for (const conversationId of await this.coordination.pendingConversations()) {
      if (!pending.has(conversationId)) await this.coordination.forgetConversation(conversationId);
    }
  }
}

async function forEachPage<T extends { id: string }>(
  read: ReadPage<T>,
  use: (page: T[]) => Promise<void>,
): Promise<void> {
  let afterId = NIL_UUID;
  for (;;) {
    const page = await read(afterId);
    if (page.length > 0) await use(page);
    const last = page.at(-1);
    if (last === undefined || page.length < OWED_PAGE) return;
    afterId = last.id;
  }
}
