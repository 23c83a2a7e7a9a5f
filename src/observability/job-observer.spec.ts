import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Logger } from '@nestjs/common';
import { openDatabase, type OpenDatabase } from '../database/database.js';
import { JobObserver } from './job-observer.js';
import { Metrics } from './metrics.js';
import { ProcessingLog } from './processing-log.js';
import { SecretRedactor } from './secret-redactor.js';

Logger.overrideLogger(false);

/**
 * Opens an unreachable database, as the processing log must never fail the work that it records.
 */
async function openUnreachableDatabase(): Promise<OpenDatabase> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return openDatabase(`postgres://ringback@127.0.0.1:${port}/ringback`, () => undefined);
}

describe('the observer of jobs, with an unreachable database', () => {
  let opened: OpenDatabase;
  let metrics: Metrics;
  let observer: JobObserver;

  beforeEach(async () => {
    opened = await openUnreachableDatabase();
    metrics = new Metrics();
    observer = new JobObserver(metrics, new ProcessingLog(opened.database, new SecretRedactor([])));
  });

  afterEach(async () => {
    await observer.flush();
    await opened.database.destroy();
  });

  const hasMetric = async (line: string) => (await metrics.scrape()).text.includes(line);

  it.each([
    ['done', 'completed'],
    ['sleep', 'slept'],
  ])('returns the result of a job, and counts it (%s)', async (kind, outcome) => {
    const result = { kind };

    await expect(observer.observe('check', {}, () => Promise.resolve(result))).resolves.toBe(result);
    expect(await hasMetric(`ringback_jobs_total{job="check",outcome="${outcome}"} 1`)).toBe(true);
  });

  it('rethrows the error of a job unchanged, and counts it', async () => {
    const failure = new Error('no answer');

    await expect(observer.observe('correct', {}, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await hasMetric('ringback_jobs_total{job="correct",outcome="failed"} 1')).toBe(true);
  });

  it('counts how long a worker was busy', async () => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const work = observer.observe('submit', {}, async () => {
      await ended;
      return { kind: 'done' };
    });
    const busySince = performance.now();
    while (performance.now() - busySince < 20) await new Promise((resolve) => setImmediate(resolve));
    end();
    await work;
    const seconds = Number(
      /ringback_job_busy_seconds_total\{job="submit"\} (\S+)/.exec((await metrics.scrape()).text)?.[1],
    );

    expect(seconds).toBeGreaterThanOrEqual(0.02);
  });

  it('writes nothing, and does not throw', async () => {
    await observer.observe('check', { chunkId: '019a0000-0000-7000-8000-000000000001' }, () =>
      Promise.resolve({ kind: 'done' }),
    );

    await expect(observer.flush()).resolves.toBeUndefined();
  });
});
