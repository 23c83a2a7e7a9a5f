/** What a message between the service and a server means for the walk. */
export type Weight =
  /** It belongs to the path of the chunk. */
  | 'step'
  /** A worker asks for work: it belongs to the path when the answer brings a job, which nobody knows before. */
  | 'claim'
  /** It belongs to the process and to no chunk: heartbeats, renewals of locks, waits. */
  | 'chatter';

export interface Message {
  /** The same for the same kind of message in every life: ids are left out. */
  label: string;
  weight: Weight;
  /** It changes nothing at the server. */
  isRead: boolean;
}

/** Whether the crash keeps the message from the server, or its answer from the service. */
export type Side = 'before' | 'after';

/** A moment at which the service can die. */
export interface CrashPoint {
  /** The message's label and how many of that label there were before it, such as `postgres: begin #2`. */
  name: string;
  side: Side;
}

/** A point as a path has passed it. */
export interface PassedPoint extends CrashPoint {
  isRead: boolean;
}

/** A message on its way. */
export interface Passage {
  readonly message: Message;
  name: string | undefined;
}

/**
 * All messages of one service pass here, whichever server they are for. It names the steps of the path as they come, and kills at
 * the one that it was told.
 *
 * A point is known by its name and not by its number: two messages that are under way together may swap places from one life to
 * the next, and each must be met all the same.
 */
export class CrashGate {
  private readonly counts = new Map<string, number>();
  private readonly open = new Set<Passage>();
  private points: PassedPoint[] = [];
  private isCounting = false;
  private target: { point: CrashPoint; kill: () => void } | undefined;
  private lastStepAt = performance.now();

  /** Begins a path; what was under way before does not belong to it. */
  begin(target?: { point: CrashPoint; kill: () => void }): void {
    this.counts.clear();
    this.points = [];
    this.isCounting = true;
    this.target = target;
  }

  /** @returns the points of the path that has ended */
  end(): PassedPoint[] {
    this.isCounting = false;
    this.target = undefined;
    return this.points;
  }

  /** Its connection broke before its answer came. */
  abandon(passage: Passage): void {
    this.open.delete(passage);
  }

  /** For how long there has been no step, milliseconds; 0 while one waits for its answer. */
  get quietMs(): number {
    return this.open.size > 0 ? 0 : performance.now() - this.lastStepAt;
  }

  /**
   * A message has arrived whole, and is not yet on its way to the server.
   *
   * @returns undefined when it must not go on: the service is dead
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
   * Its answer has arrived whole, and is not yet on its way to the service.
   *
   * @returns whether it may go on
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
