import { setTimeout as pause } from 'node:timers/promises';
import type { ChunkStatus } from '../../src/chunks/states.js';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import { ServiceApiError } from '../service/service-api.js';

/** Seldom enough for a service that others use too. */
const POLL_INTERVAL_MS = 500;
/** A restart of the service, or of a proxy in front of it, is over by then. */
const OUTAGE_TIMEOUT_MS = 120_000;
const FIRST_SERVER_ERROR = 500;

export type ChunkFacts = Pick<ChunkResponse, 'status' | 'error' | 'errorCode'>;

/**
 * Waits until a chunk is completed or failed.
 *
 * @param read reads the current chunk
 * @param onState called when the chunk is in another state than before
 * @returns the chunk at its end
 */
export async function untilSettled<T extends ChunkFacts>(
  read: () => Promise<T>,
  onState: (status: ChunkStatus) => void,
): Promise<T> {
  let reported: ChunkStatus | undefined;
  for (;;) {
    const chunk = await read();
    if (chunk.status !== reported) onState(chunk.status);
    reported = chunk.status;
    if (chunk.status === 'completed' || chunk.status === 'failed') return chunk;
    await pause(POLL_INTERVAL_MS);
  }
}

/**
 * Reads until `isDone` accepts what was read.
 *
 * @param timeoutMs after which the last value is returned as it is
 */
export async function readUntil<T>(
  read: () => Promise<T>,
  isDone: (value: T) => boolean,
  timeoutMs = Infinity,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (isDone(value) || Date.now() >= deadline) return value;
    await pause(POLL_INTERVAL_MS);
  }
}

/**
 * Reads again while the service does not answer, or cannot: a long transcription is not given up
 * for a moment without network.
 *
 * @throws ServiceApiError for any other answer, and after two minutes
 */
export async function throughOutages<T>(read: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + OUTAGE_TIMEOUT_MS;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ServiceApiError) || Date.now() >= deadline) throw error;
      if (error.answer !== undefined && error.answer.status < FIRST_SERVER_ERROR) throw error;
      await pause(POLL_INTERVAL_MS);
    }
  }
}
