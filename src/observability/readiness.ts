import { Injectable } from '@nestjs/common';

/** Resolves when the dependency answers; throws with a message for the operator when it does not. */
export type ReadinessCheck = () => Promise<void>;

/** Figures and lists for the operator beside the checks; they never make a process unready. */
export type ReadinessDetail = () => Promise<Record<string, number | readonly string[]>>;

/** What must answer before this process is ready; each dependency brings its own check. */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private readonly details = new Map<string, ReadinessDetail>();

  register(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Adds figures or lists to the report of readiness. */
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
