import type { NodeProcess } from './node-process.js';

/** Where recordings lie, and who transcribes them. */
export interface Surroundings {
  simulatorUrl: string;
  recordingsUrl: string;
}

/** What is measured beside another of its kind, on the same stores, with the same providers. */
export interface Contender {
  readonly name: string;
  /** Its processes, ready. */
  readonly processes: readonly NodeProcess[];
  /** Takes the conversations, each with so many chunks; resolves when all have been accepted. */
  give(conversations: number, chunksEach: number): Promise<void>;
  /** How many chunks of those have their final text, and their conversation all that belongs to it. */
  done(): Promise<number>;
}
