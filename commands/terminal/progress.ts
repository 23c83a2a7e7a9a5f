import type { ChunkStatus } from '../../src/chunks/states.js';

/** The states of a successful chunk, in order. */
export const CHUNK_STATES = ['queued', 'transcribing', 'correcting', 'completed'] as const;

/** Shows the progress of the chunks, and their texts. */
export interface Progress {
  /** Called when a chunk reaches a state. */
  state(name: string, status: ChunkStatus): void;
  /** Prints permanent lines. */
  say(lines: readonly string[]): void;
  /** Ends the output. A second call is harmless. */
  close(): void;
}
