import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { rounded } from './table.js';

/** npm runs its scripts in the package's folder. */
const RESULTS_FOLDER = 'bench/results';
const DIGITS = 3;
const BYTES_PER_MIB = 1_048_576;

export interface ScenarioRecord {
  scenario: string;
  startedAt: Date;
  /** Options of the scenario. */
  values: Readonly<Record<string, number | readonly string[]>>;
  data: unknown;
}

/** Writes `<scenario>.json`, replacing that of the previous run. @returns its path, for messages */
export async function writeResult({ scenario, startedAt, values, data }: ScenarioRecord): Promise<string> {
  const record = { scenario, startedAt, options: values, machine: describeMachine(), results: data };
  return write(`${scenario}.json`, `${JSON.stringify(record, shorten, 2)}\n`);
}

/** Writes `<scenario>.svg`, replacing that of the previous run. @returns its path, for messages */
export async function writeChart(scenario: string, svg: string): Promise<string> {
  return write(`${scenario}.svg`, svg);
}

async function write(name: string, content: string): Promise<string> {
  const folder = join(process.cwd(), RESULTS_FOLDER);
  await mkdir(folder, { recursive: true });
  const file = join(folder, name);
  await writeFile(file, content);
  return relative(process.cwd(), file);
}

/** Rounds numbers to microseconds, which is enough for a clock in milliseconds. */
function shorten(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? rounded(value, DIGITS) : value;
}

/** Describes the machine, because figures of two machines cannot be compared. */
function describeMachine(): Record<string, string | number> {
  const processors = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryMib: Math.round(totalmem() / BYTES_PER_MIB),
  };
}
