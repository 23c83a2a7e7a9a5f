import { constants } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from './data-folder.js';
import { errnoOf } from './embedded-postgres-error.js';
import { lastLine } from './run-program.js';

/** Relative to the cluster's folder, in which `pg_ctl` runs. */
export const LOG_FILE = 'server.log';

/**
 * A healthy server writes a few lines a day. A log of this size contains one recurring error, of
 * which the newest part is sufficient.
 */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** Begins a new log for a start, and keeps the previous one, which shows how the last run ended. */
export async function beginNewLog(cluster: Cluster): Promise<void> {
  try {
    await rename(logPath(cluster), `${logPath(cluster)}.1`);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * Empties a log that is too long; the server appends, so it continues in the emptied file. Does not
 * follow links, as root.
 */
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
    // The log was moved away, and the server continues to write to the moved file.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * Returns why the server did not start: the last FATAL or PANIC of its log, else its last line,
 * else null.
 */
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
