/**
 * Measures what clients of the stream of changes cost a process, and how soon they are told.
 *
 * Measured: memory of one service process (`ROLE=all`) without and with all clients, its processor
 * time while nothing happens, and the time from the answer to a request that makes a change until
 * each client has the event. The clients are in the process of the benchmark, on this machine.
 *
 * Not measured: networks, and clients that were away.
 *
 * One run. The process' memory is read after a full garbage collection; heaps are exact to 0.5 MiB,
 * and resident sizes vary by 10 MiB from run to run.
 */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { closing } from '../../commands/closing.js';
import type { ServiceApi } from '../../commands/service/service-api.js';
import { startSimulator } from '../../simulator/simulator.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { withService } from '../support/bench-service.js';
import { median } from '../support/median.js';
import { cpuSeconds, MEASURABLE, measureMemory, type ServiceMemory } from '../support/service-memory.js';
import { rounded } from '../support/table.js';

const MS_PER_SECOND = 1_000;
const BYTES_PER_MIB = 1_048_576;
const BYTES_PER_KIB = 1_024;
const PERCENT = 100;

interface Figures {
  clients: number;
  without: ServiceMemory;
  connected: ServiceMemory;
  idlePercent: number;
  /** Times of each change until the first client, and the last one, had it. */
  delays: { firstMs: number; lastMs: number }[];
}

export const stream = defineScenario({
  name: 'stream',
  measures: 'what clients of the stream of changes cost one process, and how soon they are told',
  options: {
    clients: { default: 500, min: 1, meaning: 'connected at once' },
    changes: { default: 20, min: 1, meaning: 'changes that all clients are told' },
    'idle-seconds': { default: 20, min: 1, meaning: 'how long the process is watched with all clients' },
  },
  run: async (values, tools) => {
    const simulator = await startSimulator({});
    return closing(
      () => simulator.close(),
      () =>
        withService(
          { strategy: 'webhook', simulatorUrl: simulator.url, environment: MEASURABLE },
          tools,
          async (api, service) => {
            tools.progress('measuring without clients');
            const without = await measureMemory(api, service);
            const clients: Client[] = [];
            return closing(
              () => {
                for (const client of clients) client.close();
                return Promise.resolve();
              },
              async () => {
                for (let index = 0; index < values.clients; index += 1) {
                  clients.push(await Client.connect(service.url));
                }
                tools.progress(`measuring with ${clients.length} clients`);
                const connected = await measureMemory(api, service);
                const idlePercent = await watchIdle(api, values['idle-seconds'], tools);
                const delays: Figures['delays'] = [];
                for (let index = 0; index < values.changes; index += 1) {
                  delays.push(await change(api, clients));
                }
                return report({ clients: clients.length, without, connected, idlePercent, delays });
              },
            );
          },
        ),
    );
  },
});

/** Keeps only the end of what it receives, so that the benchmark measures the service. */
class Client {
  private wanted = '';
  private tail = '';
  private told: (() => void) | undefined;

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (text: string) => {
      this.tail = (this.tail + text).slice(-BYTES_PER_KIB);
      if (this.wanted !== '' && this.tail.includes(this.wanted)) this.told?.();
    });
  }

  static async connect(url: string): Promise<Client> {
    const request = get(`${url}/api/stream`, { agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new Client(response);
  }

  /** Returns the time at which the client has an event with this text. */
  async until(text: string): Promise<number> {
    this.wanted = text;
    if (!this.tail.includes(text)) {
      await new Promise<void>((resolve) => {
        this.told = resolve;
      });
    }
    return performance.now();
  }

  close(): void {
    this.response.destroy();
  }
}

async function watchIdle(api: ServiceApi, seconds: number, { signal }: ScenarioTools): Promise<number> {
  const start = performance.now();
  const before = await cpuSeconds(api);
  await pause(seconds * MS_PER_SECOND, undefined, { signal });
  const used = (await cpuSeconds(api)) - before;
  return (used / ((performance.now() - start) / MS_PER_SECOND)) * PERCENT;
}

async function change(api: ServiceApi, clients: readonly Client[]): Promise<Figures['delays'][number]> {
  const { id } = await api.createConversation();
  const start = performance.now();
  const times = await Promise.all(clients.map((client) => client.until(id)));
  return { firstMs: Math.min(...times) - start, lastMs: Math.max(...times) - start };
}

function report(figures: Figures): ScenarioResult {
  const { clients, without, connected, idlePercent, delays } = figures;
  const rssKibEach = (connected.rssBytes - without.rssBytes) / clients / BYTES_PER_KIB;
  const heapKibEach = (connected.heapBytes - without.heapBytes) / clients / BYTES_PER_KIB;
  const first = median(delays.map(({ firstMs }) => firstMs));
  const last = median(delays.map(({ lastMs }) => lastMs));
  const row = (count: number, memory: ServiceMemory): (string | number)[] => [
    count,
    rounded(memory.rssBytes / BYTES_PER_MIB, 1),
    rounded(memory.heapBytes / BYTES_PER_MIB, 1),
  ];
  return {
    table: {
      columns: ['clients', 'process RSS MiB', 'process heap MiB'],
      rows: [row(0, without), row(clients, connected)],
    },
    notes: [
      `each client takes ${rounded(rssKibEach, 1)} KiB of resident memory, and ${rounded(heapKibEach, 1)} KiB of heap`,
      `with ${clients} clients and no changes the process uses ${idlePercent.toFixed(1)} % of one processor`,
      `the first client has a change after ${rounded(first)} ms, the last one after ${rounded(last)} ms (medians of ${delays.length})`,
    ],
    data: { ...figures, rssKibEach, heapKibEach, firstMs: first, lastMs: last },
  };
}
