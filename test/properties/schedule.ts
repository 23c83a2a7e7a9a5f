import { setImmediate as nextIteration } from 'node:timers/promises';
import type { Activity, Execute } from './activity.js';

/**
 * How far an activity runs: to its end, by a number of effects, or up to or past a provider call.
 */
export type Until = 'end' | 'before provider' | 'after provider' | { effects: number };

/**
 * A statement that takes longer may wait for a lock of a paused activity, which is then checked.
 */
const LOCK_CHECK_DELAY_MS = 4;
/** PostgreSQL ends a deadlock much earlier. */
const ALL_BLOCKED_TIMEOUT_MS = 5_000;

/** Prefix of the effects that are calls of a provider. */
export const PROVIDER_EFFECT = 'provider';

interface Operation {
  readonly backendPid: number | undefined;
  isBlocked: boolean;
}

/**
 * Schedules the effects of all activities. One effect at a time is carried out, and the next one
 * starts only when every activity is paused: at its next effect, at a lock of the database, or at
 * its end. So the same choices lead to the same history.
 */
export class Schedule {
  private readonly operations = new Set<Operation>();
  private readonly activities = new Set<Activity>();
  private listeners: (() => void)[] = [];

  /** @param blockedAmong returns those of these database connections that wait for a lock */
  constructor(private readonly blockedAmong: (backendPids: number[]) => Promise<number[]>) {}

  readonly execute: Execute = async (effect, backendPid) => {
    const operation: Operation = { backendPid, isBlocked: false };
    this.operations.add(operation);
    try {
      return await effect();
    } finally {
      this.operations.delete(operation);
      for (const listener of this.listeners.splice(0)) listener();
    }
  };

  /** Adds an activity; from now on all others wait until it is paused. */
  enter(activity: Activity): void {
    this.activities.add(activity);
  }

  /** Runs the activity as far as requested, or until it waits for a lock. */
  async advance(activity: Activity, until: Until): Promise<void> {
    if (until === 'end') {
      await this.finish(activity);
      return;
    }
    for (let effects = 0; !activity.hasEnded; effects += 1) {
      if (typeof until === 'object' && effects >= until.effects) return;
      const isProviders = activity.nextEffect?.startsWith(PROVIDER_EFFECT) === true;
      if (isProviders && until === 'before provider') return;
      if (!activity.runNextEffect()) return;
      await this.rest();
      if (isProviders && until === 'after provider') return;
    }
  }

  /** Resolves when every activity is paused. */
  async rest(): Promise<void> {
    for (;;) {
      await nextIteration();
      if (this.someIsComputing()) continue;
      if (this.operations.size === 0) return;
      const knownBlocked = [...this.operations].every(({ isBlocked }) => isBlocked);
      if (!knownBlocked && (await this.oneEnds(LOCK_CHECK_DELAY_MS))) continue;
      // An activity that was not blocked may have continued meanwhile.
      if ((await this.allAreBlocked()) && !this.someIsComputing()) return;
      if (knownBlocked) await this.oneEnds(LOCK_CHECK_DELAY_MS);
    }
  }

  private someIsComputing(): boolean {
    for (const activity of this.activities) {
      if (activity.hasEnded) this.activities.delete(activity);
      else if (activity.isComputing) return true;
    }
    return false;
  }

  /** Waits for PostgreSQL to end a deadlock of all activities. @throws Error when it does not */
  async deadlockEnds(): Promise<void> {
    if (!(await this.oneEnds(ALL_BLOCKED_TIMEOUT_MS))) {
      throw new Error('all activities wait for locks, and PostgreSQL sees no deadlock');
    }
    await this.rest();
  }

  private async finish(activity: Activity): Promise<void> {
    activity.isUngated = true;
    while (activity.runNextEffect());
    await this.rest();
    activity.isUngated = false;
  }

  private async oneEnds(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(false);
      }, timeoutMs);
      this.listeners.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  private async allAreBlocked(): Promise<boolean> {
    const operations = [...this.operations];
    const pids = operations.flatMap(({ backendPid }) => backendPid ?? []);
    const blocked = pids.length === 0 ? [] : await this.blockedAmong(pids);
    for (const operation of operations) {
      operation.isBlocked = operation.backendPid !== undefined && blocked.includes(operation.backendPid);
    }
    return [...this.operations].every(({ isBlocked }) => isBlocked);
  }
}
