/**
 * The life of a conversation under random commands, interleavings, crashes and faults: the service's own classes on a real
 * database and the engine's own coordination, against rules that must hold whatever happens. Only two things are played, as
 * they are the experiment's own choice: the queue (which job runs when, how often, by how many at once) and the providers.
 *
 * A failure prints the seed and the path of the shortest life that breaks a rule, and that life effect by effect. To replay it:
 *
 *   PROPERTY_SEED=<seed> PROPERTY_PATH=<path> npm test -- --selectProjects <engine> test/properties
 *
 * PROPERTY_RUNS sets how many lives are tried, PROPERTY_SEED=random tries others than every time, PROPERTY_SHRINK=no leaves the
 * first life that fails as it is.
 */
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { currentEngine } from '../support/engine.js';
import { volume } from '../support/volume.js';
import { comeToRest } from './come-to-rest.js';
import { Experiment } from './experiment.js';
import { assertInvariants } from './invariants.js';
import { Harness } from './harness.js';
import { Counts } from './ledger.js';
import { lives } from './scenarios.js';
import { runStep } from './run-steps.js';
import type { Life } from './steps.js';

/** Always the same lives: a change that breaks a rule fails its own run, and no other's. */
const SEED = 20_260_131;
/** Each broken rule of `npm run mutants` that is seen at all is seen within the first 310. */
const RUNS = volume(320, 1_000);
/** A run takes a minute at most; finding the shortest life that fails takes a few hundred more. */
const TIMEOUT_MS = 600_000;

/** In a few hundred lives each of it happens many times. */
const MUST_HAPPEN = [
  'peaceful lives',
  'lives with overlaps',
  'crashes',
  'wipes',
  'restarts',
  'frozen',
  'hints followed',
  'callback genuine: ok',
  'callback genuine: unknown',
  'callback without submission: ok',
  'callback forged id: ok',
  'callback crossed: ok',
];

const seed = process.env.PROPERTY_SEED === 'random' ? Date.now() : Number(process.env.PROPERTY_SEED ?? SEED);
const numRuns = Number(process.env.PROPERTY_RUNS ?? RUNS);

describe('the life of chunks', () => {
  let harness: Harness;
  /** What was done in all lives together: lives in which nothing happens prove nothing. */
  const work = new Counts();

  beforeAll(async () => {
    Logger.overrideLogger(false);
    // Pauses by the process's own clock would make the same life go differently on a slow machine.
    jest.spyOn(performance, 'now').mockReturnValue(0);
    harness = await Harness.open();
  });

  afterAll(async () => {
    await harness.close();
    jest.restoreAllMocks();
  });

  it(
    'settles once, loses nothing and pays once, whatever crashes, overlaps, repeats or is lost',
    async () => {
      const property = fc.asyncProperty(lives, (life) => live(harness, life, work));
      const details = await fc.check(property, {
        seed,
        numRuns,
        path: process.env.PROPERTY_PATH,
        endOnFailure: process.env.PROPERTY_SHRINK === 'no',
      });
      process.stdout.write(`${currentEngine()}, seed ${seed}: ${summaryOf(details, work)}\n`);
      if (details.failed) {
        throw new Error(await fc.asyncDefaultReportMessage(details), { cause: details.errorInstance });
      }
      if (numRuns < RUNS) return;
      expect(Math.min(...MUST_HAPPEN.map((what) => work.of(what)))).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

/** One line, which npm run mutants reads too. */
function summaryOf(details: fc.RunDetails<[Life]>, work: Counts): string {
  if (!details.failed) {
    return work
      .entries()
      .map(([what, count]) => `${what}: ${count}`)
      .join(', ');
  }
  const [reason = ''] = String(details.errorInstance).split('\n');
  return `life ${details.numRuns} fails: ${reason}`;
}

/** Of lives without a failure. */
function countWork({ ledger, provider }: Experiment, work: Counts): void {
  work.add('lives');
  work.add('transcripts', provider.transcripts.length);
  work.add('crashes', ledger.crashes);
  work.add('wipes', ledger.wipes);
  work.add('restarts', ledger.restartsDone);
  work.add('frozen', ledger.frozen.total);
  work.add('hints followed', ledger.followedHints);
  work.add('lives with overlaps', ledger.overlapping > 1 ? 1 : 0);
  work.add('peaceful lives', ledger.peaceful ? 1 : 0);
  for (const [callback, count] of ledger.callbacks.entries()) work.add(`callback ${callback}`, count);
  for (const [fault, count] of ledger.faults.entries()) work.add(`fault ${fault}`, count);
}

async function live(harness: Harness, life: Life, work: Counts): Promise<void> {
  const experiment = new Experiment(harness, life);
  try {
    await experiment.open();
    for (const step of life.steps) await runStep(experiment, step);
    await comeToRest(experiment);
    await assertInvariants(experiment);
    countWork(experiment, work);
  } catch (error) {
    await experiment.abort();
    await harness.clear();
    throw new Error(`${String(error)}\n\nWhat happened:\n${experiment.trace.join('\n')}\n`, { cause: error });
  }
}
