import { setTimeout as pause } from 'node:timers/promises';
import type { Contender } from './contender.js';
import { cpuMsOf } from './cpu-time.js';
import { NotSettledError } from './send-and-settle.js';
import type { Stores, StoreUsage } from './stores.js';

const POLL_INTERVAL_MS = 50;
const MS_PER_SECOND = 1_000;
/** A warm-up has two chunks, and on a busy machine each of their steps takes seconds. */
const FIRST_CHUNKS_TIMEOUT_MS = 60_000;
const TIMEOUT_PER_CHUNK_MS = 500;

export interface Work {
  chunks: number;
  conversations: number;
}

export interface ContenderRound {
  contender: string;
  wallMs: number;
  chunksPerSecond: number;
  /** Processor time per chunk. */
  serviceMs: number;
  postgresMs: number;
  redisMs: number;
  transactions: number;
  redisCommands: number;
}

/**
 * Adds a contender's work, and waits until all of it is done.
 *
 * @throws NotSettledError with the end of its processes' output
 */
export async function measureContender(
  contender: Contender,
  stores: Stores,
  work: Work,
): Promise<ContenderRound> {
  const chunksEach = chunksOfEach(work);
  return measureUntilDone(contender, stores, {
    chunks: chunksEach * work.conversations,
    begin: () => contender.addWork(work.conversations, chunksEach),
  });
}

/** Returns the chunks of each conversation, the same number for all. */
export function chunksOfEach({ chunks, conversations }: Work): number {
  return Math.ceil(chunks / conversations);
}

/**
 * Measures from the call of `begin` until this many chunks are done.
 *
 * @throws NotSettledError with the end of its processes' output
 */
export async function measureUntilDone(
  contender: Contender,
  stores: Stores,
  job: { chunks: number; begin: () => Promise<void> },
): Promise<ContenderRound> {
  try {
    return await measure(contender, stores, job);
  } catch (error) {
    // The end of a process' output explains more than the missing answer.
    const output = contender.processes.map(({ outputTail }) => outputTail).join('\n');
    throw new NotSettledError(`${contender.name} failed; its last output:\n${output}`, { cause: error });
  }
}

async function measure(
  contender: Contender,
  stores: Stores,
  { chunks, begin }: { chunks: number; begin: () => Promise<void> },
): Promise<ContenderRound> {
  const before = await usageOf(contender, stores);
  const start = performance.now();
  await begin();
  await untilDone(contender, chunks);
  const wallMs = performance.now() - start;
  const after = await usageOf(contender, stores);
  const perChunk = (key: keyof typeof after): number => (after[key] - before[key]) / chunks;
  return {
    contender: contender.name,
    wallMs,
    chunksPerSecond: (chunks / wallMs) * MS_PER_SECOND,
    serviceMs: perChunk('serviceCpuMs'),
    postgresMs: perChunk('postgresCpuMs'),
    redisMs: perChunk('redisCpuMs'),
    transactions: perChunk('transactions'),
    redisCommands: perChunk('redisCommands'),
  };
}

async function usageOf(
  { processes }: Contender,
  stores: Stores,
): Promise<StoreUsage & { serviceCpuMs: number }> {
  const times = await Promise.all(processes.map(({ pid }) => cpuMsOf(pid)));
  return { ...(await stores.usage()), serviceCpuMs: times.reduce((sum, ms) => sum + ms, 0) };
}

async function untilDone(contender: Contender, chunks: number): Promise<void> {
  const deadline = performance.now() + FIRST_CHUNKS_TIMEOUT_MS + chunks * TIMEOUT_PER_CHUNK_MS;
  for (;;) {
    const done = await contender.done();
    if (done >= chunks) return;
    for (const process of contender.processes) process.assertAlive();
    if (performance.now() > deadline) {
      throw new NotSettledError(`${contender.name}: ${done} of ${chunks} chunks were done in time`);
    }
    await pause(POLL_INTERVAL_MS);
  }
}
