import { Injectable } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { inTime } from '../deadlines/in-time.js';
import { Readiness, type ReadinessCheck, type ReadinessDetail } from './readiness.js';

/** A dependency that takes longer than this is as good as away. */
const CHECK_TIMEOUT_MS = 2_000;

/** Asks every dependency whether it answers. */
@Injectable()
export class ReadyReport {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly readiness: Readiness,
  ) {}

  private underWay: Promise<HealthCheckResult> | undefined;

  /**
   * Who asks while another is being answered gets the same answer: the route asks for no key, and however many ask, the stores
   * are asked once at a time.
   *
   * @throws ServiceUnavailableException with the report when one does not answer
   */
  async read(): Promise<HealthCheckResult> {
    this.underWay ??= this.look().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  private look(): Promise<HealthCheckResult> {
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
      await answered(check());
      return indicator.up();
    } catch (error) {
      return indicator.down(error instanceof Error ? error.message : String(error));
    }
  }

  private async detail(name: string, detail: ReadinessDetail): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    try {
      return indicator.up(await answered(detail()));
    } catch (error) {
      return indicator.up({ unknown: error instanceof Error ? error.message : String(error) });
    }
  }
}

function answered<T>(work: Promise<T>): Promise<T> {
  return inTime(work, CHECK_TIMEOUT_MS, () => new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`));
}
