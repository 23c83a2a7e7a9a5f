import { Injectable } from '@nestjs/common';

/**
 * Resolves when the dependency answers; throws with a message for the operator when it does not.
 */
export type ReadinessCheck = () => Promise<void>;

/**
 * Returns numbers and lists for the operator; unlike a check, a detail never makes a process
 * unready.
 */
export type ReadinessDetail = () => Promise<Record<string, number | readonly string[]>>;

/**
 * Registry of the dependencies that must answer before this process is ready. Each dependency
 * registers its own check.
 */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private readonly details = new Map<string, ReadinessDetail>();

  register(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Adds numbers or lists to the readiness report. */
  registerDetail(name: string, detail: ReadinessDetail): void {
    this.details.set(name, detail);
  }

  detailEntries(): [string, ReadinessDetail][] {
    return [...this.details];
  }

  entries(): [string, ReadinessCheck][] {
    return [...this.checks];
  }
}
