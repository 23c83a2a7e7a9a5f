import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fleet } from './support/fleet.js';
import { freePort } from './support/free-port.js';
import { Api } from './support/api.js';
import { waitUntil } from './support/wait-until.js';
import { Workload } from './support/workload.js';

const DEADLINE_MS = 90_000;
const RETRY_AFTER_SECONDS = 4;
/**
 * What is on its way when the 429 comes may still arrive: processes learn of each other's brake within half a second, and a job
 * that has looked before that may have an upload to finish first.
 */
const GRACE_MS = 1_500;
/** The provider's patience is counted from its answer, ours from when we have read it. */
const EARLY_MS = 50;

describe.each(['submit', 'get'] as const)('a 429 to a %s of one of two worker processes', (operation) => {
  let fleet: Fleet;
  let metricsOfWorkers: Api[];

  beforeAll(async () => {
    fleet = await Fleet.start({
      apis: 1,
      workers: 0,
      simulator: { latencyMs: [1_000, 3_000] },
      env: { ASSEMBLYAI_WEBHOOK_URL: '', POLL_INTERVAL_MS: '200' },
    });
    const ports = [await freePort(), await freePort()];
    await Promise.all(ports.map((port) => fleet.startWorker({ METRICS_PORT: String(port) })));
    metricsOfWorkers = ports.map((port) => new Api(`http://127.0.0.1:${port}`));
  }, DEADLINE_MS);

  afterAll(async () => {
    await fleet.stop();
  });

  const requests = () => {
    const { submits, gets, uploads, lists } = fleet.simulator.ledger;
    return [...submits, ...gets, ...uploads, ...lists].sort((a, b) => a.time - b.time);
  };

  it(
    'makes both leave the provider alone for as long as it asks for, and then go on',
    async () => {
      const work = await Workload.inTheMiddle(fleet);
      for (const worker of metricsOfWorkers) {
        expect(await worker.metric('ringback_jobs_total', { job: 'submit' })).toBeGreaterThan(0);
      }
      fleet.simulator.faults.add({
        operation,
        effect: { kind: 'status', status: 429, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
        times: 1,
      });
      const throttled = await waitUntil(
        () => Promise.resolve(requests().find(({ status }) => status === 429)),
        (request) => request !== undefined,
      );
      await work.ended();

      const from = throttled?.time ?? 0;
      const until = from + RETRY_AFTER_SECONDS * 1_000 - EARLY_MS;
      const during = requests().filter(({ time }) => time > from + GRACE_MS && time < until);
      process.stdout.write(
        fleet.processes
          .map((x) =>
            x.output
              .split('\n')
              .filter((l) => l.includes('throttles') || l.includes('pace'))
              .join('\n'),
          )
          .join('\n---\n') + `\nfrom ${from}\n`,
      );
      const hist: Record<string, number> = {};
      for (const { time } of requests()) {
        const k = String(Math.floor((time - from) / 250) * 250);
        hist[k] = (hist[k] ?? 0) + 1;
      }
      process.stdout.write(JSON.stringify(hist) + '\n');
      expect(during.map(({ time }) => time - from)).toEqual([]);
      const before = requests().filter(({ time }) => time > from - GRACE_MS && time < from);
      const after = requests().filter(({ time }) => time >= until);
      expect(before.length).toBeGreaterThan(10);
      expect(after.length).toBeGreaterThan(10);
    },
    DEADLINE_MS,
  );
});
