import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Covers everything from a fast provider with a short chunk to a slow one with a long chunk. */
const SUBMIT_TO_TEXT_BUCKETS_SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600, 1_800];

/** Defines all metrics of the service in one file, for authors of dashboards. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly jobs = new Counter({
    name: 'ringback_jobs_total',
    help: 'Runs of jobs by outcome: completed, failed, or slept (a transcript was not ready, or the provider throttled us).',
    labelNames: ['job', 'outcome'] as const,
    registers: [this.registry],
  });

  readonly jobBusySeconds = new Counter({
    name: 'ringback_job_busy_seconds_total',
    help: 'Seconds that workers were held by jobs; far below the provider latency, as no job waits for a provider.',
    labelNames: ['job'] as const,
    registers: [this.registry],
  });

  readonly queueDepth = new Gauge({
    name: 'ringback_queue_depth',
    help: 'Jobs in a queue by state.',
    labelNames: ['queue', 'state'] as const,
    registers: [this.registry],
  });

  readonly queueOldestSeconds = new Gauge({
    name: 'ringback_queue_oldest_waiting_seconds',
    help: 'Age of the oldest job that waits for a worker, since it was made; 0 when none waits.',
    labelNames: ['queue'] as const,
    registers: [this.registry],
  });

  readonly openSubmissions = new Gauge({
    name: 'ringback_open_submissions',
    help: 'Submissions whose result has not been recorded, by strategy.',
    labelNames: ['strategy'] as const,
    registers: [this.registry],
  });

  readonly callbacks = new Counter({
    name: 'ringback_callbacks_total',
    help: 'Callbacks of the provider by the answer they got.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  readonly submitToTextSeconds = new Histogram({
    name: 'ringback_submit_to_text_seconds',
    help: 'From the submission to its first-stage text.',
    labelNames: ['strategy'] as const,
    buckets: SUBMIT_TO_TEXT_BUCKETS_SECONDS,
    registers: [this.registry],
  });

  readonly callbackLosses = new Counter({
    name: 'ringback_callback_losses_total',
    help: 'Transcripts that a check had to find because no callback had arrived, by cause.',
    labelNames: ['cause'] as const,
    registers: [this.registry],
  });

  readonly unfinishedUploads = new Gauge({
    name: 'ringback_unfinished_uploads',
    help: 'Resumable uploads that are not complete and have not ended; each may hold bytes in the store.',
    registers: [this.registry],
  });

  readonly oldestUnsettledChunkSeconds = new Gauge({
    name: 'ringback_oldest_unsettled_chunk_seconds',
    help: 'Age of the oldest chunk that has not settled; 0 when there is none.',
    registers: [this.registry],
  });

  readonly oldestUnfinalizedConversationSeconds = new Gauge({
    name: 'ringback_oldest_unfinalized_conversation_seconds',
    help: 'Time since the oldest finished conversation was finished that is not finalized; 0 when there is none.',
    registers: [this.registry],
  });

  readonly recordings = new Counter({
    name: 'ringback_recordings_total',
    help: 'Recordings by container and codec, as read from the file: uploads when they are accepted, recordings at a URL when their correction loads them. `other`: not known to the service.',
    labelNames: ['container', 'codec'] as const,
    registers: [this.registry],
  });

  readonly corrections = new Counter({
    name: 'ringback_corrections_total',
    help: 'Corrections that ended, by outcome: corrected, partly when some windows of a long recording keep their first-stage text, or why all of it became final (refused, tries_exhausted).',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  readonly correctedWindows = new Counter({
    name: 'ringback_correction_windows_total',
    help: 'Windows of recordings whose correction ended, by outcome: corrected, or why the first-stage text stays (refused, tries_exhausted). A short recording is one window.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  readonly modelTokens = new Counter({
    name: 'ringback_model_tokens_total',
    help: 'Tokens of answers of language models, by model and direction; thoughts count as output, as they are billed.',
    labelNames: ['model', 'direction'] as const,
    registers: [this.registry],
  });

  readonly modelAnswers = new Counter({
    name: 'ringback_model_answers_total',
    help: 'Requests to language models, by model and outcome: answered, or the code of the failure, such as model_not_found.',
    labelNames: ['model', 'outcome'] as const,
    registers: [this.registry],
  });

  readonly refusedAnswers = new Counter({
    name: 'ringback_refused_answers_total',
    help: 'Answers of a model that were rejected, by reason.',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });

  readonly rescues = new Counter({
    name: 'ringback_rescues_total',
    help: 'Chunks whose first stage failed and that were left to the model, by outcome: rescued or failed.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  readonly providerDeletions = new Counter({
    name: 'ringback_provider_deletions_total',
    help: 'Tries to delete a copy at AssemblyAI, by outcome: deleted or failed.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  readonly pendingProviderDeletions = new Gauge({
    name: 'ringback_provider_deletions_pending',
    help: 'Copies that are to be deleted at AssemblyAI, and are still there.',
    registers: [this.registry],
  });

  readonly oldestProviderDeletionSeconds = new Gauge({
    name: 'ringback_oldest_provider_deletion_seconds',
    help: 'How long the oldest copy that is to be deleted at AssemblyAI has waited for it; 0 when there is none.',
    registers: [this.registry],
  });

  readonly pendingConversationDeletions = new Gauge({
    name: 'ringback_conversation_deletions_pending',
    help: 'Deleted conversations of which recordings, or copies at AssemblyAI, are left.',
    registers: [this.registry],
  });

  readonly chunksSettled = new Counter({
    name: 'ringback_chunks_settled_total',
    help: 'Chunks that reached their end, by status: completed or failed.',
    labelNames: ['status'] as const,
    registers: [this.registry],
  });

  readonly reconciled = new Counter({
    name: 'ringback_reconciler_repairs_total',
    help: 'Missing jobs that the reconciler enqueued again, and pending sets that it repaired, by kind.',
    labelNames: ['kind'] as const,
    registers: [this.registry],
  });

  readonly eventAttempts = new Counter({
    name: 'ringback_event_attempts_total',
    help: 'Attempts to deliver an outgoing event, by what followed: delivered, retry, gone (410) or exhausted.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  readonly streamClients = new Gauge({
    name: 'ringback_stream_clients',
    help: 'Clients that are connected to the stream of changes of this process.',
    registers: [this.registry],
  });

  readonly streamLagSeconds = new Gauge({
    name: 'ringback_stream_lag_seconds',
    help: 'Age of the oldest change that has not been sent to the clients of the stream; 0 when there is none, or no client. It grows while a transaction of the database server stays open.',
    registers: [this.registry],
  });

  readonly refusals = new Counter({
    name: 'ringback_http_refusals_total',
    help: 'Requests that were refused: unauthorized for a wrong or missing key, throttled for exceeding a rate limit.',
    labelNames: ['scope', 'reason'] as const,
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  private readonly collectors: (() => Promise<void>)[] = [];

  /**
   * Adds a collector that updates metrics at each scrape. If it fails, only its own metrics are
   * missing.
   */
  collectOnScrape(collector: () => Promise<void>): void {
    this.collectors.push(collector);
  }

  /** @returns the metrics in Prometheus' text format, and the errors of failed collectors */
  async scrape(): Promise<{ text: string; failures: unknown[] }> {
    const results = await Promise.allSettled(this.collectors.map((collect) => collect()));
    const failures = results.flatMap((result): unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    return { text: await this.registry.metrics(), failures };
  }
}
