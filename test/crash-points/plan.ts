import type { Engine } from '../support/engine.js';
import { STRATEGIES, type Strategy } from '../support/test-service.js';
import type { CrashPoint, PassedPoint, Side } from './crash-gate.js';

export interface Plan {
  strategies: readonly Strategy[];
  /** Worlds at a time for each strategy. */
  lanes: number;
  choose: (strategy: Strategy, path: PassedPoint[]) => CrashPoint[];
  /** Milliseconds that it may take. */
  timeoutMs: number;
  /** A line for every life, where there are many of them. */
  isTalkative: boolean;
  /** A folder for the results, for whoever shows those of all engines together. */
  resultsDir: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Points of each engine and strategy in a run that is no full walk. Every one costs two starts of the service. */
export const SAMPLE = 4;
const SAMPLE_TIMEOUT_MS = 900_000;
const WALK_TIMEOUT_MS = 6 * 3_600_000;
/** Most of the time a world waits; with more of them their starts hold each other up on two processors. */
const WALK_LANES = 5;

/** Two engines by two strategies. */
const COMBINATIONS = 4;

const NAMED_POINT = /^(before|after) (.+)$/;

/**
 * What to walk, by the environment that `npm run crash-points` sets; a sample where it sets nothing.
 *
 *   RINGBACK_CRASH_POINTS    `all`, the numbers of the first and the last message (`3-9`), or one point by its name
 *                            (`after redis: SCARD coord:{pending}:* #1`)
 *   RINGBACK_CRASH_STRATEGY  `webhook` or `polling`, else both
 *   RINGBACK_CRASH_LANES     worlds at a time
 *   RINGBACK_CRASH_SEED      another sample; a whole number
 *   RINGBACK_CRASH_RESULTS   a folder for the results
 */
export function planOf(engine: Engine, env: Environment): Plan {
  const { RINGBACK_CRASH_POINTS: points, RINGBACK_CRASH_STRATEGY: only } = env;
  const common = {
    strategies: STRATEGIES.filter((name) => only === undefined || only === name),
    resultsDir: env.RINGBACK_CRASH_RESULTS,
  };
  if (points === undefined) {
    const seed = Number(env.RINGBACK_CRASH_SEED ?? '0');
    return {
      ...common,
      lanes: lanesOf(env, SAMPLE),
      choose: (strategy, path) => sample(path, placeOf(engine, strategy) + seed),
      timeoutMs: SAMPLE_TIMEOUT_MS,
      isTalkative: false,
    };
  }
  return {
    ...common,
    lanes: lanesOf(env, points === 'all' ? WALK_LANES : 1),
    choose: (_strategy, path) => chosen(path, points),
    timeoutMs: WALK_TIMEOUT_MS,
    isTalkative: true,
  };
}

/** The messages of a path in their order; the first is number 1. */
export function namesOf(path: readonly PassedPoint[]): string[] {
  return [...new Set(path.map(({ name }) => name))];
}

function chosen(path: PassedPoint[], points: string): CrashPoint[] {
  if (points === 'all') return path;
  const [, side, name] = NAMED_POINT.exec(points) ?? [];
  if (side !== undefined && name !== undefined) return [{ side: side as Side, name }];
  const [from = 1, to = from] = points.split('-').map(Number);
  const names = namesOf(path).slice(from - 1, to);
  return path.filter((point) => names.includes(point.name));
}

/**
 * Points at even distances along the path. Engines and strategies begin at different ones: where their paths are alike, they
 * fill each other's gaps. What only reads is left out: a crash there is like one at its neighbours.
 */
function sample(path: readonly PassedPoint[], place: number): CrashPoint[] {
  const changing = path.filter(({ isRead }) => !isRead);
  const distance = changing.length / SAMPLE;
  const start = ((place % COMBINATIONS) / COMBINATIONS) * distance;
  return Array.from({ length: SAMPLE }, (_, index) => changing[Math.floor(start + index * distance)]).filter(
    (point) => point !== undefined,
  );
}

function placeOf(engine: Engine, strategy: Strategy): number {
  return (engine === 'postgres' ? 0 : 2) + STRATEGIES.indexOf(strategy);
}

function lanesOf(env: Environment, otherwise: number): number {
  return Number(env.RINGBACK_CRASH_LANES ?? otherwise);
}
