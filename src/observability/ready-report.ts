import { errorMessage } from '../errors/error-message.js';
import { Injectable } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { inTime } from '../deadlines/in-time.js';
import { Readiness, type ReadinessCheck, type ReadinessDetail } from './readiness.js';

/** A dependency that takes longer counts as unreachable. */
const CHECK_TIMEOUT_MS = 2_000;

/** Checks every dependency. */
@Injectable()
export class ReadyReport {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly readiness: Readiness,
  ) {}

  private inProgress: Promise<HealthCheckResult> | undefined;

  /**
   * Runs all checks. Concurrent callers share one run: the route requires no key, and many requests
   * must not multiply the load on the dependencies.
   *
   * @throws ServiceUnavailableException with the report when a dependency does not answer
   */
  async read(): Promise<HealthCheckResult> {
    this.inProgress ??= this.runChecks().finally(() => {
      this.inProgress = undefined;
    });
    return this.inProgress;
  }

  private runChecks(): Promise<HealthCheckResult> {
    const checks = this.readiness.entries().map(
      ([name, check]) =>
        () =>
          this.check(name, check),
    );
    const details = this.readiness.detailEntries().map(
      ([name, detail]) =>
        () =>
          this.detail(name, detail),
    );
    return this.health.check([...checks, ...details]);
  }

  private async check(name: string, check: ReadinessCheck): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    try {
      await withTimeout(check());
      return indicator.up();
    } catch (error) {
      return indicator.down(errorMessage(error));
    }
  }

  private async detail(name: string, detail: ReadinessDetail): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    try {
      return indicator.up(await withTimeout(detail()));
    } catch (error) {
      return indicator.up({ unknown: errorMessage(error) });
    }
  }
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  return inTime(work, CHECK_TIMEOUT_MS, () => new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`));
}
