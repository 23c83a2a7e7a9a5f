import { setTimeout as pause } from 'node:timers/promises';
import type { ChunkStatus } from '../../src/chunks/states.js';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import { ServiceApiError } from '../service/service-api.js';

/** Seldom enough for a service that others use too. */
const POLL_INTERVAL_MS = 500;
/** A restart of the service, or of a proxy in front of it, is over by then. */
const OUTAGE_TIMEOUT_MS = 120_000;
const FIRST_SERVER_ERROR = 500;

export type ChunkFacts = Pick<ChunkResponse, 'id' | 'status' | 'error' | 'errorCode'>;

export interface FollowedChunks<T> {
  /** Reads all chunks. */
  read: () => Promise<T[]>;
  /** Called when a chunk is in another state than before. */
  onState: (id: string, status: ChunkStatus) => void;
  /** Ids of the chunks that are waited for; undefined while more are to come. */
  awaited: () => readonly string[] | undefined;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/**
 * Waits until chunks are completed or failed.
 *
 * @returns them at their ends; those that were read last, when the signal ended the waiting
 */
export async function untilSettled<T extends ChunkFacts>(followed: FollowedChunks<T>): Promise<T[]> {
  const reported = new Map<string, ChunkStatus>();
  for (;;) {
    const awaited = followed.awaited();
    const chunks = await followed.read();
    for (const { id, status } of chunks) {
      if (reported.get(id) !== status) followed.onState(id, status);
      reported.set(id, status);
    }
    if (followed.signal.aborted || awaited?.every((id) => isSettled(reported.get(id))) === true)
      return chunks;
    await pause(POLL_INTERVAL_MS);
  }
}

function isSettled(status: ChunkStatus | undefined): boolean {
  return status === 'completed' || status === 'failed';
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
