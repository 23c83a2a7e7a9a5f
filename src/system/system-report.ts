import { HttpException, Injectable, Logger } from '@nestjs/common';
import { sql } from 'kysely';
import { OPEN_SUBMISSION_STATUSES, OPEN_SUBMISSIONS } from '../chunks/states.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { inTime } from '../deadlines/in-time.js';
import { errorMessage } from '../errors/error-message.js';
import { Metrics } from '../observability/metrics.js';
import { ReadyReport } from '../observability/ready-report.js';
import { configuredModels } from '../providers/language-models/configured-models.js';
import { factsOf } from '../providers/language-models/model-catalog.js';
import { JobQueues } from '../queues/job-queues.js';
import { readQueues } from '../queues/queue-metrics.js';
import type {
  LostCallbacksResponse,
  OpenSubmissionsResponse,
  SystemModelResponse,
  SystemQueueResponse,
  SystemReadinessResponse,
} from './system.dto.js';

/** A store that takes longer counts as unreachable, as in the readiness report. */
const READ_TIMEOUT_MS = 2_000;

/** Reads the state of the service for its operator: figures and settings without secrets. */
@Injectable()
export class SystemReport {
  private readonly logger = new Logger(SystemReport.name);

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly queues: JobQueues,
    private readonly ready: ReadyReport,
    private readonly metrics: Metrics,
  ) {}

  async read() {
    const [readiness, queues, openSubmissions, lostCallbacks] = await Promise.all([
      this.readiness(),
      this.orNull('queues', () => this.queueFigures()),
      this.orNull('open submissions', () => this.openSubmissions()),
      this.lostCallbacks(),
    ]);
    return { readiness, queues, openSubmissions, lostCallbacks, models: this.models() };
  }

  private async readiness(): Promise<SystemReadinessResponse> {
    try {
      const { status, details } = await this.ready.read();
      return { status, details };
    } catch (error) {
      if (!(error instanceof HttpException)) throw error;
      const { details } = error.getResponse() as { details?: unknown };
      return { status: 'error', details };
    }
  }

  private async queueFigures(): Promise<SystemQueueResponse[]> {
    const queues = await readQueues(this.queues);
    return queues.map((queue) => ({
      ...queue,
      oldestWaitingSeconds: Math.floor(queue.oldestWaitingSeconds),
    }));
  }

  private async openSubmissions(): Promise<OpenSubmissionsResponse[]> {
    const { rows } = await sql<OpenSubmissionsResponse>`
      select status, count(*)::integer as count,
        greatest(extract(epoch from now() - min(created_at)), 0)::integer as "oldestSeconds"
      from submissions where status in ${sql.raw(OPEN_SUBMISSIONS)} group by status`.execute(this.database);
    return OPEN_SUBMISSION_STATUSES.map(
      (status) => rows.find((row) => row.status === status) ?? { status, count: 0, oldestSeconds: 0 },
    );
  }

  private async lostCallbacks(): Promise<LostCallbacksResponse[]> {
    const { values } = await this.metrics.callbackLosses.get();
    return values.map(({ labels, value }) => ({ cause: String(labels.cause), count: value }));
  }

  private models(): SystemModelResponse[] {
    return configuredModels(this.config).flatMap(({ variable, provider, models }) =>
      models.map((model) => {
        const { ends, successor = null } = factsOf(model);
        const { closedToNewProjectsOn = null, endsOn = null } = ends?.[provider] ?? {};
        return { variable, model, provider, closedToNewProjectsOn, endsOn, successor };
      }),
    );
  }

  /** Reads from a store; the rest of the report does not depend on its answer. */
  private async orNull<T>(what: string, read: () => Promise<T>): Promise<T | null> {
    try {
      return await inTime(read(), READ_TIMEOUT_MS, () => new Error(`no answer within ${READ_TIMEOUT_MS} ms`));
    } catch (error) {
      this.logger.warn(`the system report lacks ${what}: ${errorMessage(error)}`);
      return null;
    }
  }
}
