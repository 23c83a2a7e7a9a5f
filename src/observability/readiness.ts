import { Injectable } from '@nestjs/common';

/** Resolves when the dependency answers; throws with a message for the operator when it does not. */
export type ReadinessCheck = () => Promise<void>;

/** What must answer before this process is ready; each dependency brings its own check. */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();

  register(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  entries(): [string, ReadinessCheck][] {
    return [...this.checks];
  }
}
