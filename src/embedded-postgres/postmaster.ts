import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from './embedded-postgres-error.js';
import { answersSignals, inspectProcess } from './process-facts.js';

/**
 * State of the server of a cluster, read from its `postmaster.pid`:
 *
 * - absent: the server was stopped in order, or never started
 * - dead: the server was killed; `blocked` when its process id still answers (it belongs to another
 *   process, or to a zombie), which PostgreSQL would take for the server, and refuse to start
 * - alive: the server runs, and accepts connections only when `ready`
 */
export type Postmaster =
  | { readonly state: 'absent' }
  | { readonly state: 'dead'; readonly blocked: boolean }
  | { readonly state: 'alive'; readonly pid: number; readonly port: number; readonly ready: boolean };

/** Lines of the file, counted from 0; `src/include/utils/pidfile.h` of PostgreSQL. */
const PID_LINE = 0;
const PORT_LINE = 3;
const STATUS_LINE = 7;

export async function readPostmaster(folder: string): Promise<Postmaster> {
  const text = await readPidFile(folder);
  if (text === null) return { state: 'absent' };
  const lines = text.split('\n');
  const pid = Number(lines[PID_LINE]);
  // A full disk leaves an empty file, which PostgreSQL requires to be removed manually.
  if (!Number.isInteger(pid) || pid <= 0) return { state: 'dead', blocked: true };
  const facts = await inspectProcess(pid);
  if (!facts.alive) return { state: 'dead', blocked: answersSignals(pid) };
  if (facts.name !== null && facts.name !== 'postgres') return { state: 'dead', blocked: true };
  return {
    state: 'alive',
    pid,
    port: Number(lines[PORT_LINE]),
    ready: lines[STATUS_LINE]?.trim() === 'ready',
  };
}

/**
 * Removes the pid file of a killed server whose process id is `blocked`, so that a new one can
 * start. If a process of the old server still runs, PostgreSQL detects it by its shared memory,
 * whose key depends on the folder, and refuses to start.
 */
export async function removePidFile(folder: string): Promise<void> {
  await rm(pidFile(folder), { force: true });
}

function pidFile(folder: string): string {
  return join(folder, 'postmaster.pid');
}

async function readPidFile(folder: string): Promise<string | null> {
  try {
    return await readFile(pidFile(folder), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
