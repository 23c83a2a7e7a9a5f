import type { Strategy } from '../support/test-service.js';
import { CrashWorld } from './crash-world.js';
import { live, type LifeReport } from './life.js';
import type { CrashPoint, PassedPoint } from './crash-gate.js';

export interface WalkReport {
  /** The path without a crash. */
  path: PassedPoint[];
  /** Points at which the service was killed. */
  walked: number;
  /** Points that no path has passed when it was walked to meet them. */
  unmet: string[];
  lost: string[];
  twice: string[];
  wrong: string[];
  /** Points that have cost a second transcript. */
  extraBills: string[];
  /** From each kill until nothing was left to do, milliseconds, ascending. */
  recoveriesMs: number[];
}

export interface WalkOptions {
  strategy: Strategy;
  /** Worlds that are walked at the same time: each of them waits most of the time. */
  lanes: number;
  /** Which points of the path are walked. */
  choose: (path: PassedPoint[]) => CrashPoint[];
  /** Told of every life that has ended. */
  onLife?: (walked: WalkedLife) => void;
}

export interface WalkedLife {
  point: CrashPoint;
  life: LifeReport;
  /** How many have ended, this one included. */
  number: number;
  total: number;
}

/** A message that comes by the clock is not on every path. */
const TRIES = 3;

/**
 * Leads a chunk through its whole life to learn the path, and then one more for every chosen point, with the service killed there.
 *
 * @throws Error when a life without a crash does not end as it should
 */
export async function walk(options: WalkOptions): Promise<WalkReport> {
  const lanes = Array.from({ length: options.lanes }, () => new Lane(options.strategy));
  try {
    await allOf(lanes.map((lane) => lane.renew()));
    const path = (await lanes[0]?.leadUndisturbed())?.path ?? [];
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
        const life = await lane.leadTo(point);
        note(report, point, life);
        number += 1;
        options.onLife?.({ point, life, number, total });
        // What is stuck in this world would disturb the lives after it.
        if (life.lost.length > 0 && todo.length > 0) await lane.renew();
      }
    };
    await allOf(lanes.map(walkLane));
    report.recoveriesMs.sort((a, b) => a - b);
    return report;
  } finally {
    await Promise.all(lanes.map((lane) => lane.stop()));
  }
}

/** Waits for all of them, and then tells of the first that failed: nothing is left at work behind the test's back. */
export async function allOf(works: Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

/** One world after the other, with one life after the other in it. */
class Lane {
  private world: CrashWorld | undefined;

  constructor(private readonly strategy: Strategy) {}

  /** A new world, in which one life has been led: stores know the scripts by then, and pools have their connections. */
  async renew(): Promise<void> {
    await this.stop();
    this.world = await CrashWorld.start(this.strategy);
    await this.leadUndisturbed();
  }

  async leadUndisturbed(): Promise<LifeReport> {
    const life = await live(this.present);
    const problems = [...life.lost, ...life.twice, ...life.wrong];
    if (problems.length === 0) return life;
    throw new Error(`without any crash: ${problems.join('; ')}\n${this.present.output}`);
  }

  async leadTo(point: CrashPoint): Promise<LifeReport> {
    let life = await live(this.present, point);
    for (let tries = 1; tries < TRIES && !life.crashed && life.lost.length === 0; tries += 1) {
      life = await live(this.present, point);
    }
    return life;
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

function note(report: WalkReport, { name, side }: CrashPoint, life: LifeReport): void {
  const tell = (problem: string): string => `killed ${side} "${name}": ${problem}`;
  report.lost.push(...life.lost.map(tell));
  report.twice.push(...life.twice.map(tell));
  report.wrong.push(...life.wrong.map(tell));
  if (life.extraBills > 0) report.extraBills.push(tell(`${life.extraBills} more`));
  if (life.crashed) {
    report.walked += 1;
    report.recoveriesMs.push(life.recoveryMs);
  } else {
    report.unmet.push(`${side} "${name}"`);
  }
}
