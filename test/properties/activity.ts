import type { JobData, JobKind } from '../../src/queues/job-catalogue.js';

/** The process dies here: none of its later effects is carried out. */
export class CrashError extends Error {
  override readonly name = 'CrashError';
}

/** Lets the process die at its n-th effect (from 0), before or after the effect is carried out. */
export interface Crash {
  effect: number;
  side: 'before' | 'after';
}

/** Carries an effect out; the schedule waits for it before it lets another activity continue. */
export type Execute = <T>(effect: () => Promise<T>, backendPid?: number) => Promise<T>;

interface PendingEffect {
  effect: string;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * One job's run, or one request, in a simulated process of its own. Each of its effects (a
 * statement, or a call of a queue, of coordination, or of a provider) waits for permission, so that
 * the experiment controls what happens between any two of them.
 */
export class Activity {
  /** The error of an activity that has failed. */
  error: unknown;
  hasEnded = false;
  isDead = false;
  /** Whether effects run without waiting, because no other activity moves meanwhile. */
  isUngated = false;
  private readonly pending: PendingEffect[] = [];
  private effects = 0;
  /** Number of effects that are currently carried out for it. */
  private executing = 0;

  constructor(
    /** Data of its job; undefined for a request. */
    readonly job: JobData[JobKind] | undefined,
    readonly label: string,
    private readonly options: {
      execute: Execute;
      trace: (line: string) => void;
      crash?: Crash;
    },
  ) {}

  async run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.error = error;
    } finally {
      this.hasEnded = true;
      const how = this.isDead ? 'has died' : this.error instanceof Error ? this.error.message : 'has ended';
      this.options.trace(`${this.label}: ${how}`);
    }
  }

  /**
   * Waits for permission, then carries the effect out.
   *
   * @param backendPid process id of its database connection, to distinguish waiting for a lock from
   *   being slow
   * @throws CrashError when the process dies at this effect, or has died before
   */
  async effect<T>(name: string, effect: () => Promise<T>, backendPid?: number): Promise<T> {
    this.assertAlive();
    if (!this.isUngated) {
      await new Promise<void>((resolve, reject) => {
        this.pending.push({ effect: name, resolve, reject });
      });
    }
    const { crash } = this.options;
    const isLast = crash?.effect === this.effects;
    this.effects += 1;
    if (isLast && crash.side === 'before') this.die(`before ${name}`);
    this.options.trace(`${this.label}: ${name}`);
    const result = await this.execute(effect, backendPid);
    this.assertAlive();
    if (isLast) this.die(`after ${name}`);
    return result;
  }

  /** Does work that is not an effect, such as getting a connection from the pool. */
  async preparation<T>(work: () => Promise<T>, backendPid?: number): Promise<T> {
    this.assertAlive();
    return this.execute(work, backendPid);
  }

  /**
   * Does work that continues after death: the server notices the lost connection, and rolls back.
   */
  async afterDeath(work: () => Promise<void>): Promise<void> {
    await this.execute(work);
  }

  /**
   * Whether its code is running: it has not ended, and waits neither for permission nor an effect.
   */
  get isComputing(): boolean {
    return !this.hasEnded && this.pending.length === 0 && this.executing === 0;
  }

  /** The effect that is next when it gets permission. */
  get nextEffect(): string | undefined {
    return this.pending[0]?.effect;
  }

  /** Permits the next effect. @returns false without one: it has ended, or waits for a lock */
  runNextEffect(): boolean {
    const next = this.pending.shift();
    next?.resolve();
    return next !== undefined;
  }

  /** @throws CrashError always */
  die(where: string): never {
    this.isDead = true;
    this.options.trace(`${this.label}: dies ${where}`);
    const error = new CrashError(`${this.label} died ${where}`);
    for (const next of this.pending.splice(0)) next.reject(error);
    throw error;
  }

  private async execute<T>(work: () => Promise<T>, backendPid?: number): Promise<T> {
    this.executing += 1;
    try {
      return await this.options.execute(work, backendPid);
    } finally {
      this.executing -= 1;
    }
  }

  private assertAlive(): void {
    if (this.isDead) throw new CrashError(`${this.label} is dead`);
  }
}
