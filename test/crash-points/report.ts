import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../support/engine.js';
import type { Strategy } from '../support/test-service.js';
import { namesOf } from './plan.js';
import type { CrashPoint } from './crash-gate.js';
import type { Length } from './walked-recording.js';
import type { WalkedScenario, WalkReport } from './walk.js';

/** Identifies a walk. */
export interface Title {
  engine: Engine;
  strategy: Strategy;
  length: Length;
}

/** A row of the table at the end of `npm run crash-points`, which names its columns. */
interface Result extends Title {
  messages: number;
  points: number;
  killedAt: number;
  lost: number;
  twice: number;
  wrong: number;
  extraBills: number;
  unmet: number;
  medianRecoveryMs: number;
  longestRecoveryMs: number;
}

/** Formats one line about a walk: what was broken, and the result. */
export function lineOf(title: Title, report: WalkReport): string {
  const result = resultOf(title, report);
  return (
    `crash points, ${titleOf(title)}: ${result.messages} messages on the path, ${result.points} points, ` +
    `killed at ${result.killedAt}: lost ${result.lost}, settled twice ${result.twice}, ` +
    `otherwise wrong ${result.wrong}, extra bills ${result.extraBills}, not met ${result.unmet}; ` +
    `all done again after ${seconds(result.medianRecoveryMs)}, at most ${seconds(result.longestRecoveryMs)}\n`
  );
}

/** Formats one line about a scenario, with the command to repeat it when it had a problem. */
export function lineOfScenario(title: Title, { point, scenario, number, total }: WalkedScenario): string {
  const problems = [...scenario.lost, ...scenario.twice, ...scenario.wrong];
  if (scenario.extraBills > 0) problems.push(`${scenario.extraBills} extra bills`);
  const outcome = scenario.crashed ? `done after ${seconds(scenario.recoveryMs)}` : 'not met';
  const line = `${titleOf(title)} ${number}/${total}: ${point.side} ${point.name}: ${[outcome, ...problems].join('; ')}\n`;
  return problems.length === 0 ? line : `${line}  again: ${replay(title, point)}\n`;
}

export async function writeResult(dir: string, title: Title, report: WalkReport): Promise<void> {
  const { engine, length, strategy } = title;
  await writeFile(join(dir, `${engine}-${length}-${strategy}.json`), JSON.stringify(resultOf(title, report)));
}

function resultOf(title: Title, report: WalkReport): Result {
  const { path, walked, recoveriesMs } = report;
  return {
    ...title,
    messages: namesOf(path).length,
    points: path.length,
    killedAt: walked,
    lost: report.lost.length,
    twice: report.twice.length,
    wrong: report.wrong.length,
    extraBills: report.extraBills.length,
    unmet: report.unmet.length,
    medianRecoveryMs: recoveriesMs[Math.floor(recoveriesMs.length / 2)] ?? 0,
    longestRecoveryMs: recoveriesMs.at(-1) ?? 0,
  };
}

function replay({ engine, strategy, length }: Title, { side, name }: CrashPoint): string {
  const quoted = `${side} ${name}`.replaceAll("'", String.raw`'\''`);
  return `npm run crash-points -- --engine ${engine} --strategy ${strategy} --length ${length} --point '${quoted}'`;
}

function titleOf({ engine, strategy, length }: Title): string {
  return `${engine}, ${strategy}, ${length} recording`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
