import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { rounded } from './table.js';

/** The package's own folder is where npm runs its scripts. */
const RESULTS_FOLDER = 'bench/results';
const DIGITS = 3;
const BYTES_PER_MIB = 1_048_576;

export interface ScenarioRecord {
  scenario: string;
  startedAt: Date;
  given: Readonly<Record<string, number>>;
  data: unknown;
}

/** Writes `<scenario>.json`, over that of the run before. @returns its path, for a person */
export async function writeResult({ scenario, startedAt, given, data }: ScenarioRecord): Promise<string> {
  const record = { scenario, startedAt, options: given, machine: describeMachine(), results: data };
  return write(`${scenario}.json`, `${JSON.stringify(record, shorten, 2)}\n`);
}

/** Writes `<scenario>.svg`, over that of the run before. @returns its path, for a person */
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

/** Microseconds are more than a clock of milliseconds needs. */
function shorten(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? rounded(value, DIGITS) : value;
}

/** Figures of two machines cannot be compared. */
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
