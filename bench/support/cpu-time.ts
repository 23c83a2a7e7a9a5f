import { readdir, readFile } from 'node:fs/promises';

/** Indexes of fields of /proc/<pid>/stat after the name in brackets, from 0 (man 5 proc). */
const PARENT = 1;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const ENDED_CHILDREN_USER_TICKS = 13;
const ENDED_CHILDREN_SYSTEM_TICKS = 14;
/** USER_HZ of every Linux that Node runs on. */
const MS_PER_TICK = 10;

/**
 * Returns the processor time of a process without its children, in milliseconds, exact to 10. Linux
 * only.
 */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await statOf(pid);
  return (Number(stat[USER_TICKS]) + Number(stat[SYSTEM_TICKS])) * MS_PER_TICK;
}

/** Returns the processor time of a process and all its children, in milliseconds. Linux only. */
export async function cpuMsOfFamily(pid: number): Promise<number> {
  const stat = await statOf(pid);
  const ended = Number(stat[ENDED_CHILDREN_USER_TICKS]) + Number(stat[ENDED_CHILDREN_SYSTEM_TICKS]);
  const children = await childrenOf(pid);
  const times = await Promise.all([pid, ...children].map((member) => cpuMsOf(member)));
  return times.reduce((sum, ms) => sum + ms, ended * MS_PER_TICK);
}

async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(async (child) => (await statOf(child))[PARENT]));
  return pids.filter((_child, index) => parents[index] === String(pid));
}

/** Returns an empty list when the process has just ended. */
async function statOf(pid: number): Promise<string[]> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name may contain spaces and brackets; the last bracket ends it.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) {
      return Array.from({ length: ENDED_CHILDREN_SYSTEM_TICKS + 1 }, () => '0');
    }
    throw error;
  }
}
