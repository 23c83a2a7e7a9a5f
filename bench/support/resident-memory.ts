import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceProcess } from '../../commands/service/service-process.js';
import { readPostmaster } from '../../src/embedded-postgres/postmaster.js';

const BYTES_PER_KIB = 1_024;
const SAMPLE_INTERVAL_MS = 100;

export interface MeasuredProcesses {
  service: number;
  /** The first process of its database server, the parent of all others. */
  database: number;
}

/** Memory in bytes. */
export interface Resident {
  /** The process of the service, with its threads. */
  service: number;
  /** All processes of its database server; memory that they share counts once. */
  database: number;
}

/** Returns the process ids of a service and of its embedded database server. */
export async function processesOf({ pid }: ServiceProcess, dataDir: string): Promise<MeasuredProcesses> {
  const postmaster = await readPostmaster(join(dataDir, 'postgres'));
  if (pid === undefined || postmaster.state !== 'alive') throw new Error('the service does not run');
  return { service: pid, database: postmaster.pid };
}

/** Returns the resident memory of a service. Linux only. */
export async function residentMemory({ service, database }: MeasuredProcesses): Promise<Resident> {
  const family = [database, ...(await descendantsOf(database))];
  const shares = await Promise.all(family.map((member) => field(member, 'smaps_rollup', 'Pss')));
  return {
    service: await field(service, 'status', 'VmRSS'),
    database: shares.reduce((sum, share) => sum + share, 0),
  };
}

/**
 * Measures the resident memory ten times a second while `work` runs.
 *
 * @returns the highest values
 */
export async function peakDuring<T>(
  processes: MeasuredProcesses,
  work: () => Promise<T>,
): Promise<{ peak: Resident; result: T }> {
  const peak: Resident = { service: 0, database: 0 };
  const stopped = new AbortController();
  const sampling = (async () => {
    while (!stopped.signal.aborted) {
      const { service, database } = await residentMemory(processes);
      peak.service = Math.max(peak.service, service);
      peak.database = Math.max(peak.database, database);
      await pause(SAMPLE_INTERVAL_MS);
    }
  })();
  try {
    return { peak, result: await work() };
  } finally {
    stopped.abort();
    await sampling;
  }
}

/** Returns the children of all threads of a process, and theirs. */
async function descendantsOf(pid: number): Promise<number[]> {
  const threads = await orNothing(readdir(`/proc/${pid}/task`), []);
  const lists = await Promise.all(
    threads.map((thread) => orNothing(readFile(`/proc/${pid}/task/${thread}/children`, 'utf8'), '')),
  );
  const children = lists.flatMap((list) => list.split(' ').filter((id) => id !== '')).map(Number);
  return [...children, ...(await Promise.all(children.map(descendantsOf))).flat()];
}

/** @returns 0 for a process that has just ended */
async function field(pid: number, file: 'status' | 'smaps_rollup', name: string): Promise<number> {
  const text = await orNothing(readFile(`/proc/${pid}/${file}`, 'utf8'), '');
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return Number(kib ?? 0) * BYTES_PER_KIB;
}

async function orNothing<T>(reading: Promise<T>, nothing: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) {
      return nothing;
    }
    throw error;
  }
}
