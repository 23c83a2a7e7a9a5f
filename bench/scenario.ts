import type { BarChart } from './support/bar-chart.js';
import type { Table } from './support/table.js';

/** A whole number that a scenario can be run with, as `--<name> <number>`. */
export interface NumberOption {
  default: number;
  min: number;
  meaning: string;
}

export interface ScenarioTools {
  /** For who waits: what happens now. */
  progress(line: string): void;
  /** Somebody wants this to stop; everything that is awaited ends with it, and what was started is stopped. */
  signal: AbortSignal;
  /** Called when even stopping takes too long. */
  onForce(listener: () => void): void;
}

export interface ScenarioResult {
  table: Table;
  /** What a reader must know to read the table. */
  notes: readonly string[];
  /** The figure that it is about, as a picture. */
  chart?: BarChart;
  /** All figures, for programs. */
  data: unknown;
}

export interface Scenario {
  /** Of its file, its results, and on the command line. */
  readonly name: string;
  /** One line: what is measured, and what is not. */
  readonly measures: string;
  readonly options: Readonly<Record<string, NumberOption>>;
  run(given: Readonly<Record<string, number>>, tools: ScenarioTools): Promise<ScenarioResult>;
}

/** Makes a scenario whose `run` gets exactly the options that it declares. */
export function defineScenario<N extends string>(scenario: {
  name: string;
  measures: string;
  options: Readonly<Record<N, NumberOption>>;
  run(given: Readonly<Record<N, number>>, tools: ScenarioTools): Promise<ScenarioResult>;
}): Scenario {
  return scenario;
}
