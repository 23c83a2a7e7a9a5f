import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../../simulator/fault-types.js';
import type { Simulator } from '../../simulator/simulator.js';
import type { Strategy } from '../support/test-service.js';
import type { CrashGate } from './crash-gate.js';

/**
 * Pause before the provider ends a transcript: no step has passed for this long. It is longer than
 * everything that the service does meanwhile, and than the pause between two reports of usage,
 * which then occur at the same positions of every path.
 */
export const IDLE_MS = 600;
const POLL_PAUSE_MS = 25;

/**
 * Ends transcripts at the provider: after the first check with polling, at once with the webhook
 * strategy.
 */
export class ProviderSchedule {
  private readonly deliveries: Promise<void>[] = [];
  private readonly ended = new Set<string>();
  private stopped = false;
  private readonly work: Promise<void>;

  constructor(
    private readonly simulator: Simulator,
    private readonly crashGate: CrashGate,
    private readonly strategy: Strategy,
  ) {
    this.replaceFaults([]);
    this.work = this.run();
  }

  /** Lets the providers have these faults, and no others. */
  replaceFaults(faults: readonly Fault[]): void {
    this.simulator.faults.clear();
    this.simulator.faults.add(
      { operation: 'submit', effect: { kind: 'outcome', status: 'processing' } },
      ...faults,
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.work;
    await Promise.all(this.deliveries);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await pause(POLL_PAUSE_MS);
      if (this.crashGate.quietMs < IDLE_MS) continue;
      for (const { id, gets } of this.simulator.ledger.transcripts.values()) {
        if (this.ended.has(id) || (this.strategy === 'polling' && gets === 0)) continue;
        this.ended.add(id);
        this.deliveries.push(this.simulator.assemblyai.finish(id));
      }
    }
  }
}
