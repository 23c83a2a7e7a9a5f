import type { Engine } from '../support/engine.js';
import { STRATEGIES, type Strategy } from '../support/test-service.js';
import type { CrashPoint, PassedPoint, Side } from './crash-gate.js';
import { LENGTHS, type Length } from './walked-recording.js';

export interface Plan {
  strategies: readonly Strategy[];
  lengths: readonly Length[];
  /** Number of concurrent worlds for each strategy. */
  lanes: (length: Length) => number;
  choose: (walk: { strategy: Strategy; length: Length }, path: PassedPoint[]) => CrashPoint[];
  /** Time limit of the walk, milliseconds. */
  timeoutMs: number;
  /** Whether a line is printed for every scenario. */
  isVerbose: boolean;
  /** A folder for the results, which `npm run crash-points` combines for all engines. */
  resultsDir: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Number of points of each engine and strategy in a sample. Every point costs two starts of the
 * service. The path of a long recording has most messages of a short one's.
 */
const SAMPLE: Readonly<Record<Length, number>> = { short: 2, long: 4 };
const SAMPLE_TIMEOUT_MS = 900_000;
const WALK_TIMEOUT_MS = 6 * 3_600_000;
/** A world mostly waits; with more of them their starts slow each other down on two processors. */
const WALK_LANES = 5;

/** Two engines times two strategies. */
const COMBINATIONS = 4;

const NAMED_POINT = /^(before|after) (.+)$/;

/**
 * Reads the plan from the environment that `npm run crash-points` sets; the default is a sample.
 *
 * - RINGBACK_CRASH_POINTS: `all`, the numbers of the first and the last message (`3-9`), or the
 *   name of one point, such as `after redis: SCARD coord:{pending}:* #1`
 * - RINGBACK_CRASH_STRATEGY: `webhook` or `polling`; default both
 * - RINGBACK_CRASH_LENGTH: `short` or `long`; default both
 * - RINGBACK_CRASH_LANES: number of concurrent worlds
 * - RINGBACK_CRASH_SEED: selects another sample; a whole number
 * - RINGBACK_CRASH_RESULTS: a folder for the results
 */
export function planOf(engine: Engine, env: Environment): Plan {
  const { RINGBACK_CRASH_POINTS: points, RINGBACK_CRASH_STRATEGY: only, RINGBACK_CRASH_LENGTH: length } = env;
  const common = {
    strategies: STRATEGIES.filter((name) => only === undefined || only === name),
    lengths: LENGTHS.filter((name) => length === undefined || length === name),
    resultsDir: env.RINGBACK_CRASH_RESULTS,
  };
  if (points === undefined) {
    const seed = Number(env.RINGBACK_CRASH_SEED ?? '0');
    return {
      ...common,
      lanes: (walked) => lanesOf(env, SAMPLE[walked]),
      choose: ({ strategy, length: walked }, path) =>
        sample(path, { size: SAMPLE[walked], offset: offsetOf(engine, strategy) + seed }),
      timeoutMs: SAMPLE_TIMEOUT_MS,
      isVerbose: false,
    };
  }
  return {
    ...common,
    lanes: () => lanesOf(env, points === 'all' ? WALK_LANES : 1),
    choose: (_walk, path) => chosen(path, points),
    timeoutMs: WALK_TIMEOUT_MS,
    isVerbose: true,
  };
}

/** Returns the messages of a path in their order; the first is number 1. */
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
 * Selects points at even distances along the path. Engines and strategies have different offsets:
 * where their paths are alike, they complement each other. Reads are left out: a crash there is
 * like one at the neighboring points.
 */
function sample(
  path: readonly PassedPoint[],
  { size, offset }: { size: number; offset: number },
): CrashPoint[] {
  const changing = path.filter(({ isRead }) => !isRead);
  const distance = changing.length / size;
  const start = ((offset % COMBINATIONS) / COMBINATIONS) * distance;
  return Array.from({ length: size }, (_, index) => changing[Math.floor(start + index * distance)]).filter(
    (point) => point !== undefined,
  );
}

function offsetOf(engine: Engine, strategy: Strategy): number {
  return (engine === 'postgres' ? 0 : 2) + STRATEGIES.indexOf(strategy);
}

function lanesOf(env: Environment, otherwise: number): number {
  return Number(env.RINGBACK_CRASH_LANES ?? otherwise);
}
