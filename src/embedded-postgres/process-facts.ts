import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errnoOf } from './embedded-postgres-error.js';

/** Information of the operating system about a process id. */
export interface ProcessFacts {
  readonly alive: boolean;
  /** The program's name; null when it is unknown (no /proc). */
  readonly name: string | null;
  /** Differs between two successive processes with the same id; null when it is unknown. */
  readonly startMark: string | null;
}

const ended: ProcessFacts = { alive: false, name: null, startMark: null };

/**
 * Inspects a process without affecting it. A zombie counts as ended: it has released its resources,
 * but answers signals until its parent collects it, which in a container may never happen.
 */
export async function inspectProcess(pid: number): Promise<ProcessFacts> {
  if (!answersSignals(pid)) return ended;
  const stat = await readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return { alive: true, name: null, startMark: null };
  // proc(5): "pid (name) state ppid ..."; the name may hold blanks and parentheses itself.
  const nameEnd = stat.lastIndexOf(')');
  const name = stat.slice(stat.indexOf('(') + 1, nameEnd);
  const fields = stat.slice(nameEnd + 2).split(' ');
  const state = fields[0];
  if (state === 'Z' || state === 'X') return ended;
  const startTicks = fields[START_TIME_FIELD] ?? '';
  return { alive: true, name, startMark: `${await bootId()}/${startTicks}` };
}

/** `starttime` is field 22 of proc(5), counted from 1; the list starts at field 3, the state. */
const START_TIME_FIELD = 19;

/** Whether a process id answers signals; also true for zombies. */
export function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists, and belongs to another user.
    return errnoOf(error) === 'EPERM';
  }
}

/** Identifies the boot, as start times count from the boot, and repeat after the next one. */
async function bootId(): Promise<string> {
  return (await readOrNull('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // ENOENT: not Linux, or hidden from this user (hidepid); ESRCH: the process ended during the
    // read.
    if (errnoOf(error) !== null) return null;
    throw error;
  }
}

/**
 * Names the namespace of process ids that this process can inspect: this machine, or this
 * container. Two containers that share a folder have different namespaces, so that each would take
 * the other's live process for a dead one.
 */
export async function processNamespace(): Promise<string> {
  try {
    return `${hostname()} ${await readlink('/proc/self/ns/pid')}`;
  } catch (error) {
    if (errnoOf(error) !== null) return hostname();
    throw error;
  }
}
