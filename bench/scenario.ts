import type { BarChart } from './support/bar-chart.js';
import type { Table } from './support/table.js';

/** An option of a scenario with a whole number, `--<name> <number>`. */
export interface NumberOption {
  default: number;
  min: number;
  meaning: string;
}

/** An option of a scenario with some of its names, `--<name> <one>,<other>`; by default all. */
export interface NamesOption {
  names: readonly string[];
  meaning: string;
}

export interface ScenarioTools {
  /** Prints a line about the progress. */
  progress(line: string): void;
  /** Aborted when the user interrupts the run; everything started must then be stopped. */
  signal: AbortSignal;
  /** Registers a listener for the case that stopping takes too long. */
  onForce(listener: () => void): void;
}

export interface ScenarioResult {
  table: Table;
  /** Notes that explain the table. */
  notes: readonly string[];
  /** The main figure as a chart. */
  chart?: BarChart;
  /** All figures, for programs. */
  data: unknown;
}

export interface Scenario {
  /** Name of the file, of the results, and on the command line. */
  readonly name: string;
  /** One line that names what is measured, and what is not. */
  readonly measures: string;
  readonly options: Readonly<Record<string, NumberOption>>;
  readonly lists?: Readonly<Record<string, NamesOption>>;
  run(
    values: Readonly<Record<string, number>>,
    tools: ScenarioTools,
    chosen: Readonly<Record<string, readonly string[]>>,
  ): Promise<ScenarioResult>;
}

/** Types `run` with exactly the options that the scenario declares. */
export function defineScenario<N extends string, L extends string = never>(scenario: {
  name: string;
  measures: string;
  options: Readonly<Record<N, NumberOption>>;
  lists?: Readonly<Record<L, NamesOption>>;
  run(
    values: Readonly<Record<N, number>>,
    tools: ScenarioTools,
    chosen: Readonly<Record<L, readonly string[]>>,
  ): Promise<ScenarioResult>;
}): Scenario {
  return scenario;
}
