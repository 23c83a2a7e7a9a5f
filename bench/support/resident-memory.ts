import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const BYTES_PER_KIB = 1_024;
const SAMPLE_INTERVAL_MS = 100;

/** Memory in bytes. */
export interface Resident {
  /** A process without its children, with its threads. */
  own: number;
  /** Its children and theirs; memory that they share counts once. */
  children: number;
}

/** Returns the resident memory of a process. Linux only. */
export async function residentMemory(pid: number): Promise<Resident> {
  const children = await descendantsOf(pid);
  const shares = await Promise.all(children.map((child) => field(child, 'smaps_rollup', 'Pss')));
  return { own: await field(pid, 'status', 'VmRSS'), children: shares.reduce((sum, one) => sum + one, 0) };
}

/**
 * Measures the resident memory ten times a second while `work` runs.
 *
 * @returns the highest values
 */
export async function peakDuring<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ peak: Resident; result: T }> {
  const peak: Resident = { own: 0, children: 0 };
  const stopped = new AbortController();
  const sampling = (async () => {
    while (!stopped.signal.aborted) {
      const { own, children } = await residentMemory(pid);
      peak.own = Math.max(peak.own, own);
      peak.children = Math.max(peak.children, children);
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
