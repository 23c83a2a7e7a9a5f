import type { ChunkStatus } from '../src/chunks/states.js';

/** The way of a chunk that goes well. */
export const CHUNK_STATES = ['queued', 'transcribing', 'correcting', 'completed'] as const;

/** Shows how far the chunks are, and texts as they come. */
export interface Progress {
  /** A chunk has come to a state. */
  state(name: string, status: ChunkStatus): void;
  /** Lines that stay. */
  say(lines: readonly string[]): void;
  /** Nothing is shown after this. Running it twice is harmless. */
  close(): void;
}
