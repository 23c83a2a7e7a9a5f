import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from './embedded-postgres-error.js';
import { answersSignals, inspectProcess } from './process-facts.js';

/**
 * What runs on a cluster's folder, told from its `postmaster.pid`:
 *
 * - absent: nothing, it was stopped in order, or never started
 * - dead: the server was killed; `blocked` when its process id answers nevertheless (it passed to another process, or to
 *   a zombie), which PostgreSQL would take for the server, and refuse to start
 * - alive: it runs, and only `ready` takes connections
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
  // An empty file is what a full disk leaves; PostgreSQL wants it removed by hand.
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
 * Clears the way after a killed server whose process id is `blocked`. Should a process of that server still run,
 * PostgreSQL finds it by its shared memory, whose key comes from the folder, and refuses to start until it has ended.
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
