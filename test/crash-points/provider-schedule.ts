import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../simulator/simulator.js';
import type { Strategy } from '../support/test-service.js';
import type { CrashGate } from './crash-gate.js';

/**
 * The provider takes longer than everything that we do meanwhile: it ends a transcript when the path has come to rest for so long.
 * Longer than the pause between two reports of the pace of requests, which then come at the same places of every path.
 */
export const REST_MS = 600;
const LOOK_AGAIN_MS = 25;

/** Ends transcripts at the provider: after a first look found them running when we poll, at once when we wait for the callback. */
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
    simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'processing' } });
    this.work = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.work;
    await Promise.all(this.deliveries);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await pause(LOOK_AGAIN_MS);
      if (this.crashGate.quietMs < REST_MS) continue;
      for (const { id, gets } of this.simulator.ledger.transcripts.values()) {
        if (this.ended.has(id) || (this.strategy === 'polling' && gets === 0)) continue;
        this.ended.add(id);
        this.deliveries.push(this.simulator.assemblyai.finish(id));
      }
    }
  }
}
