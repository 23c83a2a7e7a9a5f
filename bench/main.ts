import { InterruptedError, Interruption } from '../commands/interruption.js';
import { parseBenchArguments, usage, type ChosenScenario } from './arguments.js';
import { SCENARIOS } from './catalogue.js';
import type { ScenarioTools } from './scenario.js';
import { renderBarChart } from './support/bar-chart.js';
import { writeChart, writeResult } from './support/results.js';
import { renderTable } from './support/table.js';

const FAILED = 1;
/** Exit code of command-line programs for unknown arguments. */
const WRONG_USAGE = 2;

async function main(): Promise<number> {
  const parsed = parseBenchArguments(process.argv.slice(2), SCENARIOS);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(usage(SCENARIOS));
      return 0;
    case 'wrong':
      process.stderr.write(`${parsed.problem}\n\n${usage(SCENARIOS)}`);
      return WRONG_USAGE;
    case 'run':
      return runAll(parsed.chosen);
  }
}

async function runAll(chosen: readonly ChosenScenario[]): Promise<number> {
  const interruption = new Interruption();
  try {
    for (const one of chosen) await runOne(one, interruption);
    return 0;
  } catch (error) {
    if (error instanceof InterruptedError) return error.exitCode;
    for (const one of error instanceof AggregateError ? (error.errors as unknown[]) : [error]) {
      process.stderr.write(`\nThe benchmark failed: ${reasonsOf(one).join('\nbecause: ')}\n`);
    }
    return FAILED;
  }
}

/** Returns the messages of an error and of its causes. */
function reasonsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : reasonsOf(error.cause))];
}

async function runOne(chosen: ChosenScenario, interruption: Interruption): Promise<void> {
  const { scenario, values, lists = {} } = chosen;
  process.stdout.write(`\n${scenario.name}: ${scenario.measures}\n`);
  const startedAt = new Date();
  const tools: ScenarioTools = {
    progress: (line) => process.stderr.write(`  ${line}\n`),
    signal: interruption.signal,
    onForce: (listener) => {
      interruption.onForce(listener);
    },
  };
  const result = await scenario.run(values, tools, lists);
  process.stdout.write(`\n${renderTable(result.table)}\n`);
  for (const note of result.notes) process.stdout.write(`- ${note}\n`);
  const file = await writeResult({
    scenario: scenario.name,
    startedAt,
    values: { ...values, ...lists },
    data: result.data,
  });
  process.stdout.write(`\nAll figures: ${file}\n`);
  if (result.chart === undefined) return;
  process.stdout.write(`As a picture: ${await writeChart(scenario.name, renderBarChart(result.chart))}\n`);
}

process.exitCode = await main();
