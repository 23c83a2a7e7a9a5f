/** Role of a message between the service and a server in the walk. */
export type Weight =
  /** The message belongs to the chunk's path. */
  | 'step'
  /** A worker requests a job: part of the path only when the answer contains a job. */
  | 'claim'
  /** The message belongs to the process and to no chunk: heartbeats, renewals of locks, waits. */
  | 'chatter';

export interface Message {
  /** The same for the same kind of message in every scenario, because ids are left out. */
  label: string;
  weight: Weight;
  /** Whether it changes nothing at the server. */
  isRead: boolean;
}

/** Whether the crash keeps the message from the server, or its answer from the service. */
export type Side = 'before' | 'after';

/** A point at which the service can die. */
export interface CrashPoint {
  /**
   * The message's label and its number among messages with that label, such as `postgres: begin
   * #2`.
   */
  name: string;
  side: Side;
}

/** A point that a path has passed. */
export interface PassedPoint extends CrashPoint {
  isRead: boolean;
}

/** A message whose answer is pending. */
export interface Passage {
  readonly message: Message;
  name: string | undefined;
}

/**
 * Receives all messages of one service, for all servers. It names the steps of the path in their
 * order, and kills the service at the target point.
 *
 * A point is identified by its name instead of its position: two concurrent messages may be swapped
 * from one scenario to the next, and each must still be found.
 */
export class CrashGate {
  private readonly counts = new Map<string, number>();
  private readonly open = new Set<Passage>();
  private points: PassedPoint[] = [];
  private isCounting = false;
  private target: { point: CrashPoint; kill: () => void } | undefined;
  private lastStepAt = performance.now();

  /** Begins a path; messages that were already pending do not belong to it. */
  begin(target?: { point: CrashPoint; kill: () => void }): void {
    this.counts.clear();
    this.points = [];
    this.isCounting = true;
    this.target = target;
  }

  /** @returns the points of the finished path */
  end(): PassedPoint[] {
    this.isCounting = false;
    this.target = undefined;
    return this.points;
  }

  /** Removes a message whose connection broke before its answer came. */
  abandon(passage: Passage): void {
    this.open.delete(passage);
  }

  /** Milliseconds since the last step; 0 while a step waits for its answer. */
  get quietMs(): number {
    return this.open.size > 0 ? 0 : performance.now() - this.lastStepAt;
  }

  /**
   * Registers a message that has arrived completely, and was not forwarded yet.
   *
   * @returns undefined when it must not be forwarded: the service is dead
   */
  enter(message: Message): Passage | undefined {
    const passage: Passage = { message, name: undefined };
    if (message.weight !== 'step') return passage;
    this.lastStepAt = performance.now();
    passage.name = this.nameOf(message);
    if (this.isStruck(passage, 'before')) return undefined;
    this.open.add(passage);
    return passage;
  }

  /**
   * Registers an answer that has arrived completely, and was not forwarded yet.
   *
   * @returns whether it may be forwarded
   */
  leave(passage: Passage, bringsJob: boolean): boolean {
    const { message } = passage;
    if (message.weight === 'chatter' || (message.weight === 'claim' && !bringsJob)) return true;
    this.lastStepAt = performance.now();
    this.open.delete(passage);
    if (message.weight === 'claim') passage.name = this.nameOf(message);
    return !this.isStruck(passage, 'after');
  }

  private nameOf({ label }: Message): string | undefined {
    if (!this.isCounting) return undefined;
    const number = (this.counts.get(label) ?? 0) + 1;
    this.counts.set(label, number);
    return `${label} #${number}`;
  }

  private isStruck({ name, message: { isRead } }: Passage, side: Side): boolean {
    if (name === undefined || !this.isCounting) return false;
    this.points.push({ name, side, isRead });
    const { target } = this;
    if (target?.point.name !== name || target.point.side !== side) return false;
    this.end();
    target.kill();
    return true;
  }
}
