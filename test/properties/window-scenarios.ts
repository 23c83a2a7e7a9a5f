import fc from 'fast-check';
import {
  callback,
  job,
  loss,
  order,
  pick,
  providerFault,
  restart,
  soon,
  started,
  startOf,
  twice,
  until,
  work,
} from './scenarios.js';
import type { Action, Scenario, Step } from './steps.js';

const MIN_STEPS = 5;
const MAX_STEPS = 20;
/** Rounds after which the first windows of a chunk wait for their correction, up to its end. */
const ROUNDS_UNTIL_WINDOWS = 2;
const ROUNDS_UNTIL_COMPLETED = 4;
/** Maximum number of steps while the correction of a window is paused. */
const MAX_MEANWHILE = 4;
/** One scenario in so many deletes its conversation. */
const DELETED_SHARE = 8;

const again: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('correct again'),
  pick,
  force: fc.boolean(),
});

const redact: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('restart'),
  pick,
  how: fc.constant('redacted'),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: job },
  { weight: 5, arbitrary: again },
  { weight: 1, arbitrary: redact },
  { weight: 1, arbitrary: restart },
  { weight: 1, arbitrary: callback },
  { weight: 2, arbitrary: fc.constant<Action>({ kind: 'finish' }) },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'reconcile' }) },
);

const refusal: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('fault'),
  fault: fc.record({ call: fc.constant('correct'), kind: fc.constantFrom('unavailable', 'refused') }),
  times: fc.constantFrom(1, 1, 2),
});

/** Pauses the correction of a window, of which the result is outdated when it arrives. */
const stall: fc.Arbitrary<Step[]> = fc
  .record({
    paused: pick,
    until: soon,
    meanwhile: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: work },
        { weight: 3, arbitrary: startOf(again) },
        startOf(redact),
        startOf(restart),
        refusal,
      ),
      { minLength: 1, maxLength: MAX_MEANWHILE },
    ),
  })
  .map(({ paused, until: end, meanwhile }) => [
    started({ kind: 'job', pick: paused, takeOver: false }, end),
    ...meanwhile,
    { kind: 'resume', pick: 0, until: 'end' },
  ]);

/**
 * Pauses a correction until the chunk has been completed by another worker and transcribed again:
 * the result is that of an earlier submission.
 */
const outdated: fc.Arbitrary<Step[]> = fc
  .record({ paused: pick, until: soon })
  .map(({ paused, until: end }) => [
    { kind: 'work', rounds: ROUNDS_UNTIL_WINDOWS },
    started({ kind: 'job', pick: paused, takeOver: false }, end),
    started({ kind: 'job', pick: paused, takeOver: true }, 'end'),
    { kind: 'work', rounds: 1 },
    started({ kind: 'restart', pick: 0, how: 'forced' }, 'end'),
    { kind: 'work', rounds: ROUNDS_UNTIL_WINDOWS },
    { kind: 'resume', pick: 0, until: 'end' },
  ]);

function windowScenariosWith(losses: fc.WeightedArbitrary<Step>[]): fc.Arbitrary<Scenario> {
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('start'), action, until }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('resume'), pick, until }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('overlap'),
        actions: fc.tuple(action, action),
        order,
        refused: fc.constant(false),
      }),
    },
    { weight: 3, arbitrary: twice(fc.boolean()) },
    { weight: 4, arbitrary: refusal },
    { weight: 2, arbitrary: fc.constant<Step>({ kind: 'calm' }) },
    ...losses,
  );
  return fc
    .record({
      delivery: fc.constantFrom('webhook', 'polling'),
      anonymize: fc.constantFrom(false, false, false, true),
      chunks: fc.constantFrom(1, 1, 2),
      sharedUrl: fc.constant(false),
      headStart: fc.integer({ min: ROUNDS_UNTIL_WINDOWS, max: ROUNDS_UNTIL_COMPLETED }),
      steps: fc
        .array(
          fc.oneof(
            { weight: 16, arbitrary: step.map((one) => [one]) },
            { weight: 2, arbitrary: stall },
            { weight: 1, arbitrary: outdated },
          ),
          { minLength: MIN_STEPS, maxLength: MAX_STEPS, size: 'max' },
        )
        .map((parts) => parts.flat()),
      // A short recording has one window, which is planned anew when it is corrected again.
      long: fc.constantFrom(true, true, true, true, false),
      deletion: fc.oneof(
        { weight: DELETED_SHARE - 1, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.record({ at: fc.nat(MAX_STEPS), until }) },
      ),
    })
    .map(({ deletion, ...scenario }) =>
      deletion === null
        ? scenario
        : {
            ...scenario,
            steps: scenario.steps.toSpliced(deletion.at, 0, started({ kind: 'delete' }, deletion.until)),
          },
    );
}

/** Scenarios of long recordings, whose corrections are made again while others are under way. */
export const windowScenarios: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 2, arbitrary: windowScenariosWith([]) },
  {
    weight: 3,
    arbitrary: windowScenariosWith([
      { weight: 10, arbitrary: loss },
      { weight: 1, arbitrary: providerFault },
    ]),
  },
);
