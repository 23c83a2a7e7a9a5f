/**
 * Measures the start of a service: until it is ready, and until its first chunk has settled.
 *
 * Measured: one process (`ROLE=all`) on embedded PostgreSQL in an existing folder, after an orderly
 * stop; and the very first start, which creates that folder. The providers answer at once.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { closing } from '../../commands/closing.js';
import { ServiceApi } from '../../commands/service/service-api.js';
import { simulatedEnvironment } from '../../commands/service/service-environment.js';
import { ServiceProcess } from '../../commands/service/service-process.js';
import { startSimulator } from '../../simulator/simulator.js';
import { chooseFreePort } from '../../src/embedded-postgres/ports.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { median, spread } from '../support/median.js';
import { smallRecording } from '../support/small-recording.js';
import { rounded } from '../support/table.js';

const POLL_INTERVAL_MS = 10;
const SETTLE_TIMEOUT_MS = 60_000;

interface Round {
  readyMs: number;
  /** Also measured from the start of the process. */
  settledMs: number;
}

export const start = defineScenario({
  name: 'start',
  measures: 'from the start of a process to ready, and to the first settled chunk, on embedded PostgreSQL',
  options: { rounds: { default: 5, min: 1, meaning: 'starts after the first one' } },
  run: async ({ rounds }, tools) => {
    const simulator = await startSimulator({ latencyMs: 0, geminiLatencyMs: 0 });
    const dataDir = await mkdtemp(join(tmpdir(), 'ringback-bench-'));
    return closing(
      async () => {
        await simulator.close();
        await rm(dataDir, { recursive: true });
        await rm(`${dataDir}.log`, { force: true });
      },
      async () => {
        const measured: Round[] = [];
        for (let round = 0; round <= rounds; round += 1) {
          measured.push(await measure({ simulatorUrl: simulator.url, dataDir, round }, tools));
        }
        return report(measured);
      },
    );
  },
});

async function measure(
  { simulatorUrl, dataDir, round }: { simulatorUrl: string; dataDir: string; round: number },
  tools: ScenarioTools,
): Promise<Round> {
  const port = await chooseFreePort([]);
  const webhookSecret = 'a-secret-of-the-benchmark';
  const environment = simulatedEnvironment({ simulatorUrl, port, dataDir, webhookSecret });
  const before = performance.now();
  const service = await ServiceProcess.spawn({ dataDir, port, environment });
  tools.onForce(() => {
    service.kill();
  });
  return closing(
    () => service.stop(),
    async () => {
      await service.whileAlive(untilReady(service.url, tools));
      const readyMs = performance.now() - before;
      await service.whileAlive(settleOne(new ServiceApi(service.url, tools.signal), round, tools));
      const settledMs = performance.now() - before;
      const what = round === 0 ? 'the first start' : `start ${round}`;
      tools.progress(
        `${what}: ready after ${rounded(readyMs)} ms, a chunk settled after ${rounded(settledMs)} ms`,
      );
      return { readyMs, settledMs };
    },
  );
}

async function untilReady(url: string, { signal }: ScenarioTools): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const { ok } = await fetch(`${url}/health/ready`, { signal });
      if (ok) return;
    } catch (error) {
      // The service does not listen yet.
      if (signal.aborted) throw error;
    }
    await pause(POLL_INTERVAL_MS);
  }
}

async function settleOne(api: ServiceApi, round: number, { signal }: ScenarioTools): Promise<void> {
  const { id } = await api.createConversation();
  const chunk = await api.addChunk(id, { name: 'recording.wav', audio: smallRecording(`start ${round}`) });
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  while ((await api.chunk(chunk.id)).status !== 'completed') {
    if (performance.now() > deadline) throw new Error('the first chunk did not settle');
    await pause(POLL_INTERVAL_MS, undefined, { signal });
  }
}

function report([first, ...later]: readonly Round[]): ScenarioResult {
  if (first === undefined) throw new TypeError('at least one start is measured');
  const ready = later.map(({ readyMs }) => readyMs);
  const settled = later.map(({ settledMs }) => settledMs);
  return {
    table: {
      columns: ['', 'ready ms', 'first chunk settled ms', 'spread of ready'],
      rows: [
        ['first start', rounded(first.readyMs), rounded(first.settledMs), ''],
        ['later starts', rounded(median(ready)), rounded(median(settled)), spread(ready)],
      ],
    },
    notes: ['medians; both times count from the start of the process'],
    data: { first, later, readyMs: median(ready), settledMs: median(settled) },
  };
}
