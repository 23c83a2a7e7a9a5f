import { checkFault } from './fault-check.js';
import type {
  Effect,
  EffectKind,
  EffectOf,
  Fault,
  FaultMatch,
  FaultSubject,
  Operation,
} from './fault-types.js';
import type { SeededRandom } from './seeded-random.js';

/**
 * Effects that exclude each other share a group: at most one of each group applies to a request,
 * the one that was added first. Effects of different groups can be combined, for example a lost
 * reply with a failing job.
 */
const GROUP_OF: Record<EffectKind, string> = {
  status: 'reply',
  hang: 'reply',
  cut: 'reply',
  lostReply: 'reply',
  body: 'reply',
  delay: 'delay',
  outcome: 'outcome',
  drop: 'drop',
  duplicate: 'duplicate',
  early: 'early',
  wrongSecret: 'wrongSecret',
  redactedAudioReady: 'redactedAudioReady',
  text: 'answer',
  empty: 'answer',
  blocked: 'answer',
  finish: 'answer',
};

/** The effects that apply to one request. */
export class EffectSet {
  constructor(private readonly effects: readonly Effect[]) {}

  find<K extends EffectKind>(...kinds: K[]): EffectOf<K> | undefined {
    return this.effects.find((effect): effect is EffectOf<K> =>
      (kinds as readonly string[]).includes(effect.kind),
    );
  }

  has(kind: EffectKind): boolean {
    return this.effects.some((effect) => effect.kind === kind);
  }

  /** Text for the ledger such as `delay+cut`, or null without effects. */
  get label(): string | null {
    return this.effects.length > 0 ? this.effects.map((effect) => effect.kind).join('+') : null;
  }
}

const NO_EFFECTS = new EffectSet([]);

interface ArmedFault {
  readonly fault: Fault;
  left: number;
  struck: number;
}

/** A fault and how often it has struck. */
export interface FaultStatus {
  readonly fault: Fault;
  readonly left: number | 'forever';
  readonly struck: number;
}

/** Holds the faults that wait for a matching request, in the order in which they apply. */
export class FaultBoard {
  private armed: ArmedFault[] = [];

  constructor(private readonly random: SeededRandom) {}

  /** @throws InvalidFaultError when one of them could never apply as meant; then none is added */
  add(...faults: Fault[]): void {
    for (const fault of faults) {
      checkFault(fault);
    }
    for (const fault of faults) {
      this.armed.push({ fault, left: fault.times ?? Infinity, struck: 0 });
    }
  }

  clear(): void {
    this.armed = [];
  }

  /** Returns all faults, including used ones, so that a test can see whether its fault applied. */
  list(): FaultStatus[] {
    return this.armed.map(({ fault, left, struck }) => ({
      fault,
      left: left === Infinity ? 'forever' : left,
      struck,
    }));
  }

  /**
   * Selects the effects for this request. Each returned effect is used up once.
   *
   * @param accepts restricts the effects to these kinds; the others stay for a later call
   */
  take(
    operation: Operation,
    subject: FaultSubject,
    accepts: (kind: EffectKind) => boolean = () => true,
  ): EffectSet {
    if (this.armed.length === 0) {
      return NO_EFFECTS;
    }
    const groups = new Set<string>();
    const effects: Effect[] = [];
    for (const armed of this.armed) {
      const { fault } = armed;
      const group = GROUP_OF[fault.effect.kind];
      const eligible =
        armed.left > 0 && fault.operation === operation && !groups.has(group) && accepts(fault.effect.kind);
      if (eligible && matches(fault.match, subject) && this.random.next() < (fault.probability ?? 1)) {
        armed.left -= 1;
        armed.struck += 1;
        groups.add(group);
        effects.push(fault.effect);
      }
    }
    return effects.length > 0 ? new EffectSet(effects) : NO_EFFECTS;
  }
}

function matches(match: FaultMatch | undefined, subject: FaultSubject): boolean {
  if (match === undefined) {
    return true;
  }
  const { submission, transcriptId, model, audioUrlContains, promptContains } = match;
  return (
    equals(submission, subject.submission) &&
    equals(transcriptId, subject.transcriptId) &&
    equals(model, subject.model) &&
    contains(audioUrlContains, subject.audioUrl) &&
    contains(promptContains, subject.prompt)
  );
}

const equals = (wanted: string | undefined, value: string | null | undefined): boolean =>
  wanted === undefined || wanted === value;

const contains = (wanted: string | undefined, value: string | null | undefined): boolean =>
  wanted === undefined || (value?.includes(wanted) ?? false);
