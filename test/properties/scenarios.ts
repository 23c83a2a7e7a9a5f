import fc from 'fast-check';
import type { Crash } from './activity.js';
import type { ProviderFault } from './in-memory-provider.js';
import type { Until } from './schedule.js';
import type { Action, Scenario, Step } from './steps.js';

/** More than any list has; the index is taken modulo its length. */
const MAX_PICK = 11;
/** Maximum number of steps while a worker is paused. */
const MAX_MEANWHILE = 3;
/** About the number of effects of a job. */
const MAX_EFFECTS = 16;
const MAX_ORDER = 24;

export const pick = fc.nat(MAX_PICK);

export const until: fc.Arbitrary<Until> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Until>('end') },
  { weight: 2, arbitrary: fc.constantFrom<Until>('before provider', 'after provider') },
  { weight: 3, arbitrary: fc.record({ effects: fc.nat(MAX_EFFECTS) }) },
);

export const job: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('job'),
  pick,
  takeOver: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});

export const callback: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('callback'),
  pick,
  as: fc.oneof(
    { weight: 6, arbitrary: fc.constant('genuine') },
    { weight: 2, arbitrary: fc.constant('without submission') },
    { weight: 2, arbitrary: fc.constantFrom('forged id', 'crossed') },
  ),
});

const crossed: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('callback'),
  pick,
  as: fc.constant('crossed'),
});

export const restart: fc.Arbitrary<Action> = fc.record({
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

export const order = fc.array(fc.boolean(), { maxLength: MAX_ORDER });

/** Runs one job on two workers, of which the first has lost its lock. */
export const twice = (refused: fc.Arbitrary<boolean>): fc.Arbitrary<Step> =>
  fc.record({ which: pick, order, refused }).map(({ which, ...how }) => ({
    kind: 'overlap',
    actions: [
      { kind: 'job', pick: which, takeOver: true },
      { kind: 'job', pick: which, takeOver: true },
    ],
    ...how,
  }));

const fault: fc.Arbitrary<ProviderFault> = fc.oneof(
  fc.record({
    call: fc.constant('submit'),
    kind: fc.constantFrom(
      'refused',
      'setting refused',
      'turned away',
      'lost before',
      'lost after',
      'carried out late',
    ),
  }),
  fc.record({ call: fc.constant('get'), kind: fc.constantFrom('unavailable', 'not found') }),
  fc.record({ call: fc.constant('list'), kind: fc.constantFrom('unavailable', 'lagging') }),
  fc.record({ call: fc.constant('correct'), kind: fc.constantFrom('unavailable', 'refused') }),
);

/** Enough in a row to reach every limit of consecutive failures. */
const MAX_FAULTS_IN_A_ROW = 6;

const crash: fc.Arbitrary<Crash | undefined> = fc.option(
  fc.record({ effect: fc.nat(MAX_EFFECTS), side: fc.constantFrom('before', 'after') }),
  { freq: 4, nil: undefined },
);

export const providerFault: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('fault'),
  fault,
  times: fc.constantFrom(1, 1, 1, MAX_FAULTS_IN_A_ROW),
});

/** Steps that may lose jobs, which only the reconciler restores. */
export const loss: fc.Arbitrary<Step> = fc.oneof(
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

/** Number of rounds from the submit to the summary. */
const ALL_ROUNDS = 5;

export const work: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('work'),
  rounds: fc.integer({ min: 1, max: ALL_ROUNDS }),
});

export const soon: fc.Arbitrary<Until> = fc.oneof(
  fc.constantFrom<Until>('before provider', 'after provider'),
  fc.record({ effects: fc.nat(MAX_EFFECTS) }),
);

const anyJob: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('job'),
  pick,
  takeOver: fc.constant(false),
});

/**
 * Pauses a worker in the middle of a job, for so long that its data is outdated when it continues.
 */
const stall: fc.Arbitrary<Step[]> = fc
  .record({
    finish: fc.boolean(),
    before: fc.nat(ALL_ROUNDS),
    until: soon,
    leaseEnds: fc.boolean(),
    /** Another worker that pauses, and continues after the first. */
    second: fc.option(soon),
    meanwhile: fc.array(
      fc.oneof({ weight: 2, arbitrary: work }, startOf(restart), startOf(callback), startOf(crossed)),
      { maxLength: MAX_MEANWHILE },
    ),
    action: anyJob,
    secondAction: anyJob,
  })
  .map((how) => [
    ...(how.finish ? [started({ kind: 'finish' }, 'end')] : []),
    ...(how.before > 0 ? [{ kind: 'work', rounds: how.before } as const] : []),
    started(how.action, how.until),
    ...(how.leaseEnds ? [{ kind: 'lease ends', pick: 0 } as const] : []),
    ...(how.second === null ? [] : [started(how.secondAction, how.second)]),
    ...how.meanwhile,
    { kind: 'resume', pick: 0, until: 'end' },
    { kind: 'resume', pick: 0, until: 'end' },
  ]);

export function startOf(what: fc.Arbitrary<Action>): fc.Arbitrary<Step> {
  return what.map((action) => started(action, 'end'));
}

export function started(action: Action, until: Until): Step {
  return { kind: 'start', action, until };
}

/** Rounds until a chunk is submitted, transcribed and corrected. */
const ROUNDS_UNTIL_COMPLETED = 3;
const MIN_STEPS = 5;
const MAX_STEPS = 20;

/**
 * Builds scenarios with a given share of disturbances.
 *
 * @param disasters number of disturbances in about twenty steps
 * @param refused whether the provider may answer two workers differently
 */
function scenariosWith(
  disasters: fc.WeightedArbitrary<Step>[],
  refused: fc.Arbitrary<boolean>,
): fc.Arbitrary<Scenario> {
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('start'), action, until }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('resume'), pick, until }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('overlap'),
        actions: fc.tuple(action, action),
        order,
        refused: fc.constant(false),
      }),
    },
    { weight: 3, arbitrary: twice(refused) },
    { weight: 5, arbitrary: end },
    { weight: 3, arbitrary: fc.constant<Step>({ kind: 'calm' }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('lease ends'), pick }) },
    ...disasters,
  );
  return fc.record({
    delivery: fc.constantFrom('webhook', 'webhook', 'webhook', 'polling'),
    anonymize: fc.constantFrom(false, false, false, true),
    chunks: fc.integer({ min: 1, max: 2 }),
    sharedUrl: fc.constantFrom(false, false, false, false, true),
    headStart: fc.constantFrom(0, 0, 0, 1, 1, 1, 2, ROUNDS_UNTIL_COMPLETED),
    steps: fc
      .array(fc.oneof({ weight: 14, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: stall }), {
        minLength: MIN_STEPS,
        maxLength: MAX_STEPS,
        size: 'max',
      })
      .map((parts) => parts.flat()),
    // The last key: the other choices of a seed stay the same.
    long: fc.constantFrom(false, false, true),
  });
}

const passing: fc.WeightedArbitrary<Step>[] = [
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('overdue'), pick }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'switch delivery' }) },
];

/**
 * Scenarios of one conversation with a few chunks, chosen to be as hostile as possible. The fewer
 * disasters, the more must hold: without a loss the reconciler has nothing to do, without a fault a
 * callback costs no time.
 */
export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 3, arbitrary: scenariosWith([], fc.constant(false)) },
  {
    weight: 3,
    arbitrary: scenariosWith([{ weight: 4, arbitrary: providerFault }, ...passing], fc.boolean()),
  },
  {
    weight: 4,
    arbitrary: scenariosWith(
      [
        { weight: 16, arbitrary: loss },
        { weight: 3, arbitrary: providerFault },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('lease ends'), pick }) },
        ...passing,
      ],
      fc.boolean(),
    ),
  },
);
