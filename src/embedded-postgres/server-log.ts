import { constants } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from './data-folder.js';
import { errnoOf } from './embedded-postgres-error.js';
import { lastLine } from './run-program.js';

/** Below the cluster's folder, in which `pg_ctl` is run. */
export const LOG_FILE = 'server.log';

/**
 * A quiet server writes a few lines a day; this much comes only from something that goes wrong over and over, of which
 * the newest part is as good as the whole.
 */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** Each start begins a new log and keeps the one before, which tells how the last run ended. */
export async function beginNewLog(cluster: Cluster): Promise<void> {
  try {
    await rename(logPath(cluster), `${logPath(cluster)}.1`);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** The server appends, so it goes on at the beginning of an emptied file. Follows no link: we may be root. */
export async function keepLogBounded(cluster: Cluster): Promise<void> {
  try {
    const file = await open(logPath(cluster), constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      const { size } = await file.stat();
      if (size > MAX_LOG_BYTES) await file.truncate(0);
    } finally {
      await file.close();
    }
  } catch (error) {
    // Somebody has moved it away; the server writes on into the moved file.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** Why the server did not start: the last FATAL or PANIC of its log, else its last line, else null. */
export async function failureInLog(cluster: Cluster): Promise<string | null> {
  const text = await readLog(cluster);
  if (text.trim() === '') return null;
  const failure = text.split('\n').findLast((line) => /\b(FATAL|PANIC): /.test(line));
  return lastLine(failure ?? text);
}

export function logPath(cluster: Cluster): string {
  return join(cluster.folder, LOG_FILE);
}

async function readLog(cluster: Cluster): Promise<string> {
  try {
    return await readFile(logPath(cluster), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}
