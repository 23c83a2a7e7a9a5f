import fc from 'fast-check';
import type { Crash } from './activity.js';
import type { ProviderFault, TranscriptEnd } from './played-provider.js';
import type { QueueFault } from './played-queues.js';
import type { Until } from './stage.js';

export type AudioKind = 'stored' | 'shared url' | 'repeated';
export type CallbackKind = 'genuine' | 'without submission' | 'forged id' | 'crossed';

/** What a process of the service is given to do. `pick` chooses among what there is at that moment. */
export type Action =
  /** `takeOver`: also one that somebody runs already, as when its lock was lost. */
  | { kind: 'job'; pick: number; takeOver: boolean }
  | { kind: 'callback'; pick: number; as: CallbackKind }
  | { kind: 'add'; audio: AudioKind }
  | { kind: 'finish' }
  | { kind: 'restart'; pick: number; how: 'failed' | 'forced' | 'all failed' }
  | { kind: 'reconcile' };

export type Step =
  | { kind: 'start'; action: Action; until: Until; crash?: Crash }
  /** Goes on with an activity that stands still. */
  | { kind: 'resume'; pick: number; until: Until }
  /** Two at once; `turns` says whose effect is next. */
  | { kind: 'overlap'; actions: [Action, Action]; turns: boolean[] }
  | { kind: 'transcript ends'; pick: number; how: TranscriptEnd; callback: boolean }
  | { kind: 'fault'; fault: ProviderFault; times: number }
  | { kind: 'queue fault'; fault: QueueFault }
  /** Time passes for one submission or chunk. */
  | { kind: 'lease ends'; pick: number }
  | { kind: 'overdue'; pick: number }
  | { kind: 'wipe'; what: 'queues' | 'coordination' }
  | { kind: 'switch delivery' }
  /** Everybody goes on to the end, then every job runs once. */
  | { kind: 'calm' };

export interface Life {
  delivery: 'webhook' | 'polling';
  anonymize: boolean;
  /** Chunks at the start. */
  chunks: number;
  /** All of them have the same one. */
  sharedUrl: boolean;
  /** Rounds in which everything goes well, before the first step: the way to the later states. */
  headStart: number;
  steps: Step[];
}

/** More than any list has; the index is taken modulo its length. */
const MAX_PICK = 11;
/** A job has about as many effects. */
const MAX_EFFECTS = 16;
const MAX_TURNS = 24;

const pick = fc.nat(MAX_PICK);

const until: fc.Arbitrary<Until> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Until>('end') },
  { weight: 2, arbitrary: fc.constantFrom<Until>('before provider', 'after provider') },
  { weight: 3, arbitrary: fc.record({ effects: fc.nat(MAX_EFFECTS) }) },
);

const job: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('job'),
  pick,
  takeOver: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});

const callback: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('callback'),
  pick,
  as: fc.oneof(
    { weight: 6, arbitrary: fc.constant('genuine') },
    { weight: 2, arbitrary: fc.constant('without submission') },
    { weight: 2, arbitrary: fc.constantFrom('forged id', 'crossed') },
  ),
});

const restart: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('restart'),
  pick,
  how: fc.constantFrom('failed', 'forced', 'forced', 'all failed'),
});

const add: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('add'),
  audio: fc.constantFrom('stored', 'shared url', 'repeated'),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: job },
  { weight: 3, arbitrary: callback },
  { weight: 2, arbitrary: fc.constant<Action>({ kind: 'finish' }) },
  { weight: 2, arbitrary: restart },
  { weight: 2, arbitrary: add },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'reconcile' }) },
);

const turns = fc.array(fc.boolean(), { maxLength: MAX_TURNS });

/** One job by two workers, of which the first has lost its lock. */
const twice: fc.Arbitrary<Step> = fc.record({ pick, turns }).map(({ pick: which, turns: order }) => ({
  kind: 'overlap',
  actions: [
    { kind: 'job', pick: which, takeOver: true },
    { kind: 'job', pick: which, takeOver: true },
  ],
  turns: order,
}));

const fault: fc.Arbitrary<ProviderFault> = fc.oneof(
  fc.record({
    call: fc.constant('submit'),
    kind: fc.constantFrom('refused', 'turned away', 'lost before', 'lost after', 'carried out late'),
  }),
  fc.record({ call: fc.constant('get'), kind: fc.constantFrom('unavailable', 'not found') }),
  fc.record({ call: fc.constant('list'), kind: fc.constantFrom('unavailable', 'lagging') }),
  fc.record({ call: fc.constant('correct'), kind: fc.constantFrom('unavailable', 'refused') }),
);

/** Enough in a row for what gives up after several to do so. */
const MAX_FAULTS_IN_A_ROW = 6;

const crash: fc.Arbitrary<Crash | undefined> = fc.option(
  fc.record({ effect: fc.nat(MAX_EFFECTS), moment: fc.constantFrom('before', 'after') }),
  { freq: 4, nil: undefined },
);

const providerFault: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('fault'),
  fault,
  times: fc.constantFrom(1, 1, 1, MAX_FAULTS_IN_A_ROW),
});

/** What may lose jobs: only the reconciler brings them back. */
const loss: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('start'), action, until, crash }),
  },
  fc.record({ kind: fc.constant('wipe'), what: fc.constantFrom('queues', 'coordination') }),
  fc.record({ kind: fc.constant('queue fault'), fault: fc.constantFrom('lost before', 'lost after') }),
);

const end: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('transcript ends'),
  pick,
  how: fc.constantFrom('completed', 'completed', 'completed', 'no speech', 'server error'),
  callback: fc.boolean(),
});

/** Submitted; transcribed; corrected. */
const ROUNDS_UNTIL_COMPLETED = 3;
const MIN_STEPS = 5;
const MAX_STEPS = 25;

/** @param disasters how many of twenty steps or so break something */
function livesWith(disasters: fc.WeightedArbitrary<Step>[]): fc.Arbitrary<Life> {
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('start'), action, until }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('resume'), pick, until }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('overlap'), actions: fc.tuple(action, action), turns }),
    },
    { weight: 2, arbitrary: twice },
    { weight: 5, arbitrary: end },
    { weight: 3, arbitrary: fc.constant<Step>({ kind: 'calm' }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('lease ends'), pick }) },
    ...disasters,
  );
  return fc.record({
    delivery: fc.constantFrom('webhook', 'webhook', 'webhook', 'polling'),
    anonymize: fc.constantFrom(false, false, false, false, false, false, true),
    chunks: fc.integer({ min: 1, max: 2 }),
    sharedUrl: fc.constantFrom(false, false, false, false, true),
    headStart: fc.constantFrom(0, 0, 0, 1, 1, 1, 2, ROUNDS_UNTIL_COMPLETED),
    steps: fc.array(step, { minLength: MIN_STEPS, maxLength: MAX_STEPS, size: 'max' }),
  });
}

const passing: fc.WeightedArbitrary<Step>[] = [
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('overdue'), pick }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'switch delivery' }) },
];

/**
 * The life of one conversation with a few chunks, as somebody who wishes it ill would have it. The fewer disasters, the more must
 * hold: without a loss the reconciler has nothing to do, without a fault a callback costs no time.
 */
export const lives: fc.Arbitrary<Life> = fc.oneof(
  { weight: 3, arbitrary: livesWith([]) },
  { weight: 3, arbitrary: livesWith([{ weight: 4, arbitrary: providerFault }, ...passing]) },
  {
    weight: 4,
    arbitrary: livesWith([
      { weight: 16, arbitrary: loss },
      { weight: 3, arbitrary: providerFault },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('lease ends'), pick }) },
      ...passing,
    ]),
  },
);
