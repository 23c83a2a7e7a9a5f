import { beforeAll, describe, expect, it } from 'vitest';
import { currentEngine } from '../support/engine.js';
import type { Strategy } from '../support/test-service.js';
import { planOf } from './plan.js';
import { lineOf, lineOfScenario, writeResult } from './report.js';
import { allOf, walk, type WalkReport } from './walk.js';
import type { Length } from './walked-recording.js';

const engine = currentEngine();
const plan = planOf(engine, process.env);

/**
 * Messages that depend on the clock: whether and how often they occur on a path varies. A report of
 * usage is sent with a request to the provider, but at most twice a second. A pool of a queue asks
 * whether a new connection may write, and opens a further one only while the others are in use.
 */
const BY_THE_CLOCK =
  /insert into processing_events|select count\(\*\) as count from submissions|coord:usage|coordination_usage|current_setting\('transaction_read_only'\)/;

describe('a service that is killed at any message of the path of a chunk', () => {
  const reports = new Map<string, WalkReport>();

  // Both at the same time: each of them mostly waits for the locks of dead processes.
  beforeAll(async () => {
    await allOf(plan.strategies.map(walkAll));
  }, plan.timeoutMs);

  async function walkAll(strategy: Strategy): Promise<void> {
    for (const length of plan.lengths) await walkOne(strategy, length);
  }

  async function walkOne(strategy: Strategy, length: Length): Promise<void> {
    const title = { engine, strategy, length };
    const report = await walk({
      strategy,
      length,
      lanes: plan.lanes(length),
      choose: (path) => plan.choose({ strategy, length }, path),
      onScenario: (walked) => {
        if (plan.isVerbose) process.stdout.write(lineOfScenario(title, walked));
      },
    });
    reports.set(`${strategy} ${length}`, report);
    process.stdout.write(lineOf(title, report));
    if (plan.resultsDir !== undefined) await writeResult(plan.resultsDir, title, report);
  }

  const walks = plan.strategies.flatMap((strategy) =>
    plan.lengths.map((length) => [strategy, length] as const),
  );

  it.each(walks)('loses nothing and does nothing twice, with %s and a %s recording', (strategy, length) => {
    const report = reports.get(`${strategy} ${length}`);

    expect(report).toMatchObject({ lost: [], twice: [], wrong: [], extraBills: [] });
    expect(report?.unmet.filter((name) => !BY_THE_CLOCK.test(name))).toEqual([]);
    expect(report?.walked).toBeGreaterThan(0);
  });
});
