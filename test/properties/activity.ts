/** The process dies here: nothing that its code still tries is carried out. */
export class CrashError extends Error {
  override readonly name = 'CrashError';
}

/** The process dies at its n-th effect (from 0), before or after that is carried out. */
export interface Crash {
  effect: number;
  moment: 'before' | 'after';
}

/** Carries an effect out; the stage waits for it before anybody else gets a turn. */
export type CarryOut = <T>(effect: () => Promise<T>, backendPid?: number) => Promise<T>;

interface Turn {
  effect: string;
  take: () => void;
  refuse: (error: Error) => void;
}

/**
 * One job's run, or one request, in a process of its own. Each of its effects (a statement, a call of a queue, of coordination, of
 * a provider) waits for its turn, so that the experiment decides what happens between any two of them.
 */
export class Activity {
  /** Once it has ended: what it failed with, if it did. */
  error: unknown;
  hasEnded = false;
  isDead = false;
  /** Effects do not wait for turns: nothing else moves meanwhile. */
  isExpress = false;
  private readonly turns: Turn[] = [];
  private effects = 0;
  /** What is being carried out for it now. */
  private underWay = 0;

  constructor(
    readonly label: string,
    private readonly options: {
      carryOut: CarryOut;
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
   * Waits for its turn, then carries the effect out.
   *
   * @param backendPid of the database connection that it uses, to tell waiting for a lock from being slow
   * @throws CrashError when the process dies at it, or has died before
   */
  async effect<T>(name: string, effect: () => Promise<T>, backendPid?: number): Promise<T> {
    this.assertAlive();
    if (!this.isExpress) {
      await new Promise<void>((take, refuse) => {
        this.turns.push({ effect: name, take, refuse });
      });
    }
    const { crash } = this.options;
    const isLast = crash?.effect === this.effects;
    this.effects += 1;
    if (isLast && crash.moment === 'before') this.die(`before ${name}`);
    this.options.trace(`${this.label}: ${name}`);
    const result = await this.carryOut(effect, backendPid);
    this.assertAlive();
    if (isLast) this.die(`after ${name}`);
    return result;
  }

  /** Waits for what is nobody's business, such as a connection from the pool. */
  async preparation<T>(work: () => Promise<T>, backendPid?: number): Promise<T> {
    this.assertAlive();
    return this.carryOut(work, backendPid);
  }

  /** For what goes on after death: the server notices that the connection is gone, and rolls back. */
  async aftermath(work: () => Promise<void>): Promise<void> {
    await this.carryOut(work);
  }

  /** Neither at an end, nor at its next effect, nor waiting for what is carried out for it: it goes on by itself. */
  get isThinking(): boolean {
    return !this.hasEnded && this.turns.length === 0 && this.underWay === 0;
  }

  /** The effect that is next when it gets a turn. */
  get nextEffect(): string | undefined {
    return this.turns[0]?.effect;
  }

  /** Lets the next effect happen. @returns false when none waits for its turn: it has ended, or waits for a lock */
  takeTurn(): boolean {
    const turn = this.turns.shift();
    turn?.take();
    return turn !== undefined;
  }

  /** @throws CrashError always */
  die(where: string): never {
    this.isDead = true;
    this.options.trace(`${this.label}: dies ${where}`);
    const error = new CrashError(`${this.label} died ${where}`);
    for (const turn of this.turns.splice(0)) turn.refuse(error);
    throw error;
  }

  private async carryOut<T>(work: () => Promise<T>, backendPid?: number): Promise<T> {
    this.underWay += 1;
    try {
      return await this.options.carryOut(work, backendPid);
    } finally {
      this.underWay -= 1;
    }
  }

  private assertAlive(): void {
    if (this.isDead) throw new CrashError(`${this.label} is dead`);
  }
}
