import { setImmediate as nextIteration } from 'node:timers/promises';
import type { Activity, CarryOut } from './activity.js';

/** How far an activity is taken: to its end, over so many effects, or to right before or after its next call of a provider. */
export type Until = 'end' | 'before provider' | 'after provider' | { effects: number };

/** A statement that takes longer is asked after: it may wait for a lock of an activity that stands still. */
const ASK_AFTER_LOCKS_MS = 4;
/** PostgreSQL ends a deadlock long before. */
const ALL_BLOCKED_PATIENCE_MS = 5_000;

/** By what effects are called. */
export const PROVIDER_EFFECT = 'provider';

interface Operation {
  readonly backendPid: number | undefined;
  isBlocked: boolean;
}

/**
 * Where activities take turns. One effect at a time is carried out, and before the next one everybody stands still: at the
 * next effect, at a lock of the database, or at the end. So the same choices lead to the same history.
 */
export class Schedule {
  private readonly operations = new Set<Operation>();
  private readonly activities = new Set<Activity>();
  private listeners: (() => void)[] = [];

  /** @param blockedAmong which of these database connections wait for a lock */
  constructor(private readonly blockedAmong: (backendPids: number[]) => Promise<number[]>) {}

  readonly carryOut: CarryOut = async (effect, backendPid) => {
    const operation: Operation = { backendPid, isBlocked: false };
    this.operations.add(operation);
    try {
      return await effect();
    } finally {
      this.operations.delete(operation);
      for (const listener of this.listeners.splice(0)) listener();
    }
  };

  /** From now on everybody waits for it to stand still. */
  enter(activity: Activity): void {
    this.activities.add(activity);
  }

  /** Takes the activity as far as asked, or to where it waits for a lock. */
  async advance(activity: Activity, until: Until): Promise<void> {
    if (until === 'end') {
      await this.finish(activity);
      return;
    }
    for (let effects = 0; !activity.hasEnded; effects += 1) {
      if (typeof until === 'object' && effects >= until.effects) return;
      const isProviders = activity.nextEffect?.startsWith(PROVIDER_EFFECT) === true;
      if (isProviders && until === 'before provider') return;
      if (!activity.takeTurn()) return;
      await this.rest();
      if (isProviders && until === 'after provider') return;
    }
  }

  /** Resolves when everybody stands still. */
  async rest(): Promise<void> {
    for (;;) {
      await nextIteration();
      if (this.someoneThinks()) continue;
      if (this.operations.size === 0) return;
      const knownBlocked = [...this.operations].every(({ isBlocked }) => isBlocked);
      if (!knownBlocked && (await this.oneEnds(ASK_AFTER_LOCKS_MS))) continue;
      // Whoever was not blocked may have gone on meanwhile, and thinks now.
      if ((await this.allAreBlocked()) && !this.someoneThinks()) return;
      if (knownBlocked) await this.oneEnds(ASK_AFTER_LOCKS_MS);
    }
  }

  private someoneThinks(): boolean {
    for (const activity of this.activities) {
      if (activity.hasEnded) this.activities.delete(activity);
      else if (activity.isThinking) return true;
    }
    return false;
  }

  /** For when everybody waits for a lock: PostgreSQL ends the deadlock. @throws Error when it does not */
  async deadlockEnds(): Promise<void> {
    if (!(await this.oneEnds(ALL_BLOCKED_PATIENCE_MS))) {
      throw new Error('all activities wait for locks, and PostgreSQL sees no deadlock');
    }
    await this.rest();
  }

  private async finish(activity: Activity): Promise<void> {
    activity.isExpress = true;
    while (activity.takeTurn());
    await this.rest();
    activity.isExpress = false;
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
