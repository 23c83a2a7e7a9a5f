import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Coordination, type Usage } from '../coordination/coordination.js';
import { ProviderUnavailableError } from '../providers/provider-error.js';
import { bestEffort } from '../queues/best-effort.js';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';
import { ChecksRepository } from '../chunks/checks.repository.js';

/**
 * AssemblyAI's limit on requests of one account
 * (https://www.assemblyai.com/docs/pre-recorded-audio/rate-limits).
 */
const ALLOWED_REQUESTS = 20_000;
const QUOTA_WINDOW_MS = 300_000;
/** Leaves room for other users of the account and for requests that are counted late. */
const USABLE_SHARE = 0.9;
/** Polls of running transcripts may take half; the rest is for submits, uploads and results. */
const POLLING_REQUESTS = ALLOWED_REQUESTS / 2;

const QUOTA = 'assemblyai';
/** All processes learn of a throttle within this time; none asks more often. */
const REPORT_INTERVAL_MS = 500;
/** Maximum age of the number of submissions in flight from which pauses are computed. */
const IN_FLIGHT_MAX_AGE_MS = 5_000;
/** The client's error code for a 429. */
const THROTTLED = 'throttled';
/** Spreads jobs that waited together, so that they do not resume at the same time. */
const JITTER_SHARE = 0.2;

/**
 * Keeps all workers of all processes together within the provider's limits: a 429 for one throttles
 * all, requests are counted over the limit's own window, and pauses between polls grow with the
 * number in flight. It never blocks a job, but returns how long the job should sleep. When its
 * store is unavailable it allows everything; only the provider's own limit then applies.
 */
@Injectable()
export class ProviderThrottle {
  private readonly logger = new Logger(ProviderThrottle.name);
  private reportedRequests = 0;
  // Both use the process's monotonic clock: the system clock may jump.
  private reportedAt = -Infinity;
  private throttledUntil = 0;
  private warnedUntil = 0;
  private reporting: Promise<void> | undefined;
  private inFlight = { count: 0, at: -Infinity };

  constructor(
    private readonly config: AppConfig,
    private readonly client: AssemblyAiClient,
    private readonly coordination: Coordination,
    private readonly checks: ChecksRepository,
  ) {}

  /** @returns milliseconds to wait before a request, 0 for none */
  async waitMs(): Promise<number> {
    if (performance.now() - this.reportedAt >= REPORT_INTERVAL_MS) {
      this.reporting ??= this.report().finally(() => {
        this.reporting = undefined;
      });
      await this.reporting;
    }
    const waitMs = this.throttledUntil - performance.now();
    return waitMs > 0 ? withJitter(waitMs) : 0;
  }

  /** Throttles all workers when the provider answered 429; other errors do not concern them. */
  async noteError(error: Error): Promise<void> {
    if (!(error instanceof ProviderUnavailableError) || error.code !== THROTTLED) return;
    const { retryAfterMs = this.config.retryBaseMs } = error;
    const releasedAt = performance.now() + retryAfterMs;
    // Requests in flight together are throttled together: reporting one of them is enough.
    if (releasedAt <= this.throttledUntil + REPORT_INTERVAL_MS) return;
    this.throttledUntil = releasedAt;
    this.logger.warn(`AssemblyAI throttles us; all workers pause for ${retryAfterMs} ms`);
    await bestEffort(this.logger, 'throttling the other workers', () =>
      this.coordination.throttle(QUOTA, retryAfterMs),
    );
  }

  /** Pause between two polls of one transcript that keeps all polls together within their share. */
  async checkPauseMs(wantedMs: number): Promise<number> {
    if (performance.now() - this.inFlight.at > IN_FLIGHT_MAX_AGE_MS) {
      this.inFlight = { count: this.inFlight.count, at: performance.now() };
      this.inFlight.count = await this.checks.countOpen();
    }
    const fairMs = (this.inFlight.count * QUOTA_WINDOW_MS) / POLLING_REQUESTS;
    return withJitter(Math.max(wantedMs, fairMs));
  }

  private async report(): Promise<void> {
    const { requests } = this.client;
    const units = requests - this.reportedRequests;
    this.reportedRequests = requests;
    this.reportedAt = performance.now();
    await bestEffort(this.logger, 'sharing the request count with other workers', async () => {
      this.apply(await this.coordination.reportUsage(QUOTA, { units, windowMs: QUOTA_WINDOW_MS }));
    });
  }

  private apply(usage: Usage): void {
    const spent = usage.used >= ALLOWED_REQUESTS * USABLE_SHARE;
    // Once per window: it may be minutes long, and the usage is read every half second.
    if (spent && performance.now() >= this.warnedUntil) {
      this.warnedUntil = performance.now() + usage.windowEndsInMs;
      this.logger.warn(`${usage.used} requests to AssemblyAI in this window; waiting for the next one`);
    }
    const throttleMs = Math.max(usage.throttledForMs, spent ? usage.windowEndsInMs : 0);
    this.throttledUntil = Math.max(this.throttledUntil, performance.now() + throttleMs);
  }
}

function withJitter(ms: number): number {
  return Math.round(ms * (1 + JITTER_SHARE * Math.random()));
}
