import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { currentEngine } from '../support/engine.js';
import { volume } from '../support/volume.js';
import { quiesce } from './quiesce.js';
import { Experiment } from './experiment.js';
import { assertInvariants } from './invariants.js';
import { Harness } from './harness.js';
import { Counts } from './ledger.js';
import { runStep } from './run-steps.js';
import type { Scenario } from './steps.js';

/** Fixed, so that a change that breaks a rule fails its own run, and no other's. */
const SEED = 20_260_131;
/** A run takes a minute at most; shrinking a failing scenario takes a few hundred more. */
const TIMEOUT_MS = 600_000;

export interface Suite {
  /** Subject of the scenarios, in the line that a run prints. */
  subject: string;
  scenarios: fc.Arbitrary<Scenario>;
  /** Number of scenarios in `npm test`, and in the soak. */
  usualRuns: number;
  fullRuns: number;
  /** Events that happen many times in that many scenarios. */
  mustHappen: readonly string[];
}

const seed = process.env.PROPERTY_SEED === 'random' ? Date.now() : Number(process.env.PROPERTY_SEED ?? SEED);

/**
 * Defines a test that runs random scenarios. A failure prints the seed and the path of the shortest
 * scenario that breaks a rule, and that scenario effect by effect. To replay it:
 *
 *   PROPERTY_SEED=<seed> PROPERTY_PATH=<path> npm test -- --project <engine> <file>
 *
 * PROPERTY_RUNS sets the number of scenarios, PROPERTY_SEED=random tries different ones each time,
 * PROPERTY_SHRINK=no keeps the first failing scenario as it is.
 */
export function itHoldsFor(title: string, suite: Suite): void {
  const { subject, scenarios, mustHappen } = suite;
  const runs = volume(suite.usualRuns, suite.fullRuns);
  const numRuns = Number(process.env.PROPERTY_RUNS ?? runs);
  let harness: Harness;
  /** Totals of all scenarios: scenarios in which nothing happens prove nothing. */
  const work = new Counts();

  beforeAll(async () => {
    Logger.overrideLogger(false);
    // Pauses by the process's own clock would make the same scenario run differently on a slow
    // machine.
    vi.spyOn(performance, 'now').mockReturnValue(0);
    harness = await Harness.open();
  });

  afterAll(async () => {
    await harness.close();
    vi.restoreAllMocks();
  });

  it(
    title,
    async () => {
      const property = fc.asyncProperty(scenarios, (scenario) => runScenario(harness, scenario, work));
      const details = await fc.check(property, {
        seed,
        numRuns,
        path: process.env.PROPERTY_PATH,
        endOnFailure: process.env.PROPERTY_SHRINK === 'no',
      });
      process.stdout.write(`${currentEngine()}, ${subject}, seed ${seed}: ${summaryOf(details, work)}\n`);
      if (details.failed) {
        throw new Error(await fc.asyncDefaultReportMessage(details), { cause: details.errorInstance });
      }
      if (numRuns < runs) return;
      expect(Math.min(...mustHappen.map((what) => work.of(what)))).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
}

/** Formats one line, which npm run mutants parses too. */
function summaryOf(details: fc.RunDetails<[Scenario]>, work: Counts): string {
  if (!details.failed) {
    return work
      .entries()
      .map(([what, count]) => `${what}: ${count}`)
      .join(', ');
  }
  const [reason = ''] = String(details.errorInstance).split('\n');
  return `scenario ${details.numRuns} fails: ${reason}`;
}

/** Counts the events of a scenario without a failure. */
function countWork({ ledger, provider }: Experiment, work: Counts): void {
  work.add('scenarios');
  work.add('transcripts', provider.transcripts.length);
  work.add('crashes', ledger.crashes);
  work.add('wipes', ledger.wipes);
  work.add('restarts', ledger.restartsDone);
  work.add('frozen', ledger.frozen.total);
  if (ledger.correctionsDone > 0) work.add('corrections again', ledger.correctionsDone);
  if (ledger.redactions.total > 0) work.add('redactions', ledger.redactions.total);
  if (ledger.isDeleted) work.add('deletions');
  work.add('hints followed', ledger.followedHints);
  work.add('scenarios with overlaps', ledger.overlapping > 1 ? 1 : 0);
  work.add('undisturbed scenarios', ledger.undisturbed ? 1 : 0);
  for (const [callback, count] of ledger.callbacks.entries()) work.add(`callback ${callback}`, count);
  for (const [fault, count] of ledger.faults.entries()) work.add(`fault ${fault}`, count);
}

async function runScenario(harness: Harness, scenario: Scenario, work: Counts): Promise<void> {
  const experiment = new Experiment(harness, scenario);
  try {
    await experiment.open();
    for (const step of scenario.steps) await runStep(experiment, step);
    await quiesce(experiment);
    await assertInvariants(experiment);
    countWork(experiment, work);
  } catch (error) {
    await experiment.abort();
    await harness.clear();
    throw new Error(`${String(error)}\n\nWhat happened:\n${experiment.trace.join('\n')}\n`, { cause: error });
  }
}
