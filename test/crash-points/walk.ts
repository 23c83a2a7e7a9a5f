import type { Strategy } from '../support/test-service.js';
import { CrashWorld } from './crash-world.js';
import { runScenario, type ScenarioReport } from './scenario.js';
import type { CrashPoint, PassedPoint } from './crash-gate.js';
import type { Length } from './walked-recording.js';

export interface WalkReport {
  /** The path without a crash. */
  path: PassedPoint[];
  /** Number of points at which the service was killed. */
  walked: number;
  /** Points that no path passed when they were targeted. */
  unmet: string[];
  lost: string[];
  twice: string[];
  wrong: string[];
  /** Points that caused a second transcript. */
  extraBills: string[];
  /** Milliseconds from each kill until all work had ended, ascending. */
  recoveriesMs: number[];
}

export interface WalkOptions {
  strategy: Strategy;
  length: Length;
  /** Number of concurrent worlds: each of them mostly waits. */
  lanes: number;
  /** Selects the points of the path. */
  choose: (path: PassedPoint[]) => CrashPoint[];
  /** Called after every scenario. */
  onScenario?: (walked: WalkedScenario) => void;
}

export interface WalkedScenario {
  point: CrashPoint;
  scenario: ScenarioReport;
  /** Number of finished scenarios, including this one. */
  number: number;
  total: number;
}

/** A message that depends on the clock is not on every path. */
const TRIES = 3;

/**
 * Runs one scenario to learn the path, and then one for every chosen point, in which the service is
 * killed there.
 *
 * @throws Error when a scenario without a crash does not end as it should
 */
export async function walk(options: WalkOptions): Promise<WalkReport> {
  const lanes = Array.from({ length: options.lanes }, () => new Lane(options.strategy, options.length));
  try {
    await allOf(lanes.map((lane) => lane.renew()));
    const path = (await lanes[0]?.runUndisturbed())?.path ?? [];
    const report: WalkReport = {
      path,
      walked: 0,
      unmet: [],
      lost: [],
      twice: [],
      wrong: [],
      extraBills: [],
      recoveriesMs: [],
    };
    const todo = [...options.choose(path)];
    const total = todo.length;
    let number = 0;
    const walkLane = async (lane: Lane): Promise<void> => {
      for (let point = todo.shift(); point !== undefined; point = todo.shift()) {
        const scenario = await lane.crashAt(point);
        note(report, point, scenario);
        number += 1;
        options.onScenario?.({ point, scenario, number, total });
        // Stuck work in this world would disturb later scenarios.
        if (scenario.lost.length > 0 && todo.length > 0) await lane.renew();
      }
    };
    await allOf(lanes.map(walkLane));
    report.recoveriesMs.sort((a, b) => a - b);
    return report;
  } finally {
    await Promise.all(lanes.map((lane) => lane.stop()));
  }
}

/**
 * Waits for all of them, and then throws the first failure, so that no work continues after the
 * test.
 */
export async function allOf(works: Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

/** Runs scenarios one after another in a world, which can be replaced. */
class Lane {
  private world: CrashWorld | undefined;

  constructor(
    private readonly strategy: Strategy,
    private readonly length: Length,
  ) {}

  /** Starts a new world and warms it up with one scenario (cached scripts, pooled connections). */
  async renew(): Promise<void> {
    await this.stop();
    this.world = await CrashWorld.start(this.strategy);
    await this.runUndisturbed();
  }

  async runUndisturbed(): Promise<ScenarioReport> {
    const scenario = await runScenario(this.present, { length: this.length });
    const problems = [...scenario.lost, ...scenario.twice, ...scenario.wrong];
    if (problems.length === 0) return scenario;
    throw new Error(`without any crash: ${problems.join('; ')}\n${this.present.output}`);
  }

  async crashAt(point: CrashPoint): Promise<ScenarioReport> {
    let scenario = await runScenario(this.present, { length: this.length, point });
    for (let tries = 1; tries < TRIES && !scenario.crashed && scenario.lost.length === 0; tries += 1) {
      scenario = await runScenario(this.present, { length: this.length, point });
    }
    return scenario;
  }

  async stop(): Promise<void> {
    await this.world?.stop();
    this.world = undefined;
  }

  private get present(): CrashWorld {
    if (this.world === undefined) throw new Error('the lane has no world');
    return this.world;
  }
}

function note(report: WalkReport, { name, side }: CrashPoint, scenario: ScenarioReport): void {
  const withPoint = (problem: string): string => `killed ${side} "${name}": ${problem}`;
  report.lost.push(...scenario.lost.map(withPoint));
  report.twice.push(...scenario.twice.map(withPoint));
  report.wrong.push(...scenario.wrong.map(withPoint));
  if (scenario.extraBills > 0) report.extraBills.push(withPoint(`${scenario.extraBills} more`));
  if (scenario.crashed) {
    report.walked += 1;
    report.recoveriesMs.push(scenario.recoveryMs);
  } else {
    report.unmet.push(`${side} "${name}"`);
  }
}
