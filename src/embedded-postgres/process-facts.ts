import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errnoOf } from './embedded-postgres-error.js';

/** What the operating system says about a process id. */
export interface ProcessFacts {
  readonly alive: boolean;
  /** The program's name; null where it cannot be known (no /proc). */
  readonly name: string | null;
  /** Differs between two processes that got the same id one after the other; null where it cannot be known. */
  readonly startMark: string | null;
}

const gone: ProcessFacts = { alive: false, name: null, startMark: null };

/**
 * Looks at a process without touching it. A zombie counts as gone: it has let go of everything, yet answers signals
 * until its parent, in a container perhaps one that never does, collects it.
 */
export async function inspectProcess(pid: number): Promise<ProcessFacts> {
  if (!answersSignals(pid)) return gone;
  const stat = await readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return { alive: true, name: null, startMark: null };
  // proc(5): "pid (name) state ppid ..."; the name may hold blanks and parentheses itself.
  const nameEnd = stat.lastIndexOf(')');
  const name = stat.slice(stat.indexOf('(') + 1, nameEnd);
  const fields = stat.slice(nameEnd + 2).split(' ');
  const state = fields[0];
  if (state === 'Z' || state === 'X') return gone;
  const startTicks = fields[START_TIME_FIELD] ?? '';
  return { alive: true, name, startMark: `${await bootId()}/${startTicks}` };
}

/** `starttime` is field 22 of proc(5), counted from 1; the list starts at field 3, the state. */
const START_TIME_FIELD = 19;

/** True for zombies too. */
export function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return errnoOf(error) === 'EPERM';
  }
}

/** Start times count from the boot, and repeat themselves after the next one. */
async function bootId(): Promise<string> {
  return (await readOrNull('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // ENOENT: not Linux, or hidden from us (hidepid); ESRCH: it ended while we read.
    if (errnoOf(error) !== null) return null;
    throw error;
  }
}

/**
 * Names the set of processes whose ids we can judge: this machine, or this container. Two containers that share a
 * folder have different ones, and each would take the other's live process for a dead one.
 */
export async function processSpace(): Promise<string> {
  try {
    return `${hostname()} ${await readlink('/proc/self/ns/pid')}`;
  } catch (error) {
    if (errnoOf(error) !== null) return hostname();
    throw error;
  }
}
