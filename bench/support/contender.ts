import type { NodeProcess } from './node-process.js';

/** URLs of the recordings and of the transcribing provider. */
export interface Endpoints {
  simulatorUrl: string;
  recordingsUrl: string;
}

/**
 * An implementation that is measured against others, on the same stores, with the same providers.
 */
export interface Contender {
  readonly name: string;
  /** Its processes, ready. */
  readonly processes: readonly NodeProcess[];
  /** Adds conversations with this many chunks each; resolves when all have been accepted. */
  addWork(conversations: number, chunksEach: number): Promise<void>;
  /** Number of chunks that have their final text, and whose conversation is complete. */
  done(): Promise<number>;
}
