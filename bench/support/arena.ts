import { setMaxListeners } from 'node:events';
import { closing } from '../../commands/closing.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import type { ScenarioTools } from '../scenario.js';
import { CLIENTS } from './clients.js';
import type { Contender, Endpoints } from './contender.js';
import type { ContenderRound } from './measure-contender.js';
import { withRecordings } from './recording-server.js';
import { withStores, type Stores } from './stores.js';
import { rounded } from './table.js';

export type StartContender = (
  stores: Stores,
  endpoints: Endpoints,
  tools: ScenarioTools,
) => Promise<Contender>;

/** Environment of the contenders: providers, recordings, and their own stores. */
export interface Arena {
  simulator: Simulator;
  stores: Stores;
  /** Starts a contender with providers that have no jobs yet, and stops it after the work. */
  withContender: <T>(start: StartContender, work: (contender: Contender) => Promise<T>) => Promise<T>;
}

/** Measures the contenders alternately; the first round warms up and is not counted. */
export async function runAlternately(
  { withContender }: Arena,
  plan: { starts: readonly StartContender[]; rounds: number },
  compete: (contender: Contender) => Promise<ContenderRound>,
  tools: ScenarioTools,
): Promise<ContenderRound[]> {
  const counted: ContenderRound[] = [];
  for (let round = 0; round <= plan.rounds; round += 1) {
    for (const start of plan.starts) {
      const measured = await withContender(start, compete);
      const label = round === 0 ? 'warming up' : `round ${round}`;
      tools.progress(`${label}: ${measured.contender} ${rounded(measured.chunksPerSecond)} chunks/s`);
      if (round > 0) counted.push(measured);
    }
  }
  return counted;
}

/** Runs `work` in an arena whose providers have these settings. */
export async function withArena<T>(
  providers: Parameters<typeof startSimulator>[0],
  tools: ScenarioTools,
  work: (arena: Arena) => Promise<T>,
): Promise<T> {
  // Every pending request listens to the signal.
  setMaxListeners(2 * CLIENTS, tools.signal);
  const simulator = await startSimulator(providers);
  return closing(
    () => simulator.close(),
    () =>
      withRecordings((recordingsUrl) =>
        withStores(tools, (stores) =>
          work({
            simulator,
            stores,
            withContender: async (start, compete) => {
              await simulator.reset();
              const contender = await start(stores, { simulatorUrl: simulator.url, recordingsUrl }, tools);
              return closing(
                async () => {
                  for (const process of contender.processes) await process.stop();
                },
                () => compete(contender),
              );
            },
          }),
        ),
      ),
  );
}
