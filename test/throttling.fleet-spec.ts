import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './support/api.js';
import { Fleet } from './support/fleet.js';
import { freePort } from './support/free-port.js';
import { waitUntil } from './support/wait-until.js';
import { Workload } from './support/workload.js';

const DEADLINE_MS = 120_000;
const RETRY_AFTER_SECONDS = 10;
/**
 * Time from the throttle's start in one process. The other process learns of it within half a
 * second, and a job that has just begun has an upload and a submit to finish, on a busy machine.
 */
const GRACE_MS = 5_000;
/** The provider counts its pause from its answer, which precedes the log line about it. */
const EARLY_MS = 250;
/** Enough that some chunks are still to be submitted in the middle of the work. */
const CHUNKS_EACH = 20;
/** Requests in a second or two, with five checks of each chunk a second. */
const MANY = 10;

describe.each(['submit', 'get'] as const)('a 429 to a %s of one of two worker processes', (operation) => {
  let fleet: Fleet;
  let metricsOfWorkers: Api[];

  beforeAll(async () => {
    fleet = await Fleet.start({
      apis: 1,
      workers: 0,
      simulator: { latencyMs: [1_000, 3_000] },
      // Polling, with few submits at once, so that few are under way when the throttle begins.
      env: { ASSEMBLYAI_WEBHOOK_URL: '', POLL_INTERVAL_MS: '200', SUBMIT_CONCURRENCY: '4' },
    });
    const ports = [await freePort(), await freePort()];
    await Promise.all(ports.map((port) => fleet.startWorker({ METRICS_PORT: String(port) })));
    metricsOfWorkers = ports.map((port) => new Api(`http://127.0.0.1:${port}`));
  }, DEADLINE_MS);

  afterAll(async () => {
    await fleet.stop();
  });

  const requestTimes = () => {
    const { submits, gets, uploads, lists } = fleet.simulator.ledger;
    return [...submits, ...gets, ...uploads, ...lists].map(({ time }) => time);
  };

  it(
    'makes both pause for as long as the provider asks for, and then go on',
    async () => {
      const work = await Workload.inTheMiddle(fleet, CHUNKS_EACH);
      for (const worker of metricsOfWorkers) {
        expect(await worker.metric('ringback_jobs_total', { job: 'submit' })).toBeGreaterThan(0);
      }
      fleet.simulator.faults.add({
        operation,
        effect: { kind: 'status', status: 429, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
        times: 1,
      });
      const throttleLines = await waitUntil(
        () => Promise.resolve(fleet.logged('AssemblyAI throttles us')),
        (lines) => lines.length > 0,
      );
      await work.ended();

      const throttledAt = throttleLines[0]?.timestamp ?? 0;
      const releasedAt = throttledAt + RETRY_AFTER_SECONDS * 1_000 - EARLY_MS;
      const times = requestTimes();
      const during = times.filter((time) => time > throttledAt + GRACE_MS && time < releasedAt);
      expect(during.map((time) => time - throttledAt)).toEqual([]);
      expect(
        times.filter((time) => time < throttledAt && time > throttledAt - GRACE_MS).length,
      ).toBeGreaterThan(MANY);
      expect(times.filter((time) => time >= releasedAt).length).toBeGreaterThan(MANY);
    },
    DEADLINE_MS,
  );
});
