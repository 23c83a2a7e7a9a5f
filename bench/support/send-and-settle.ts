import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceApi } from '../../commands/service/service-api.js';
import type { ScenarioTools } from '../scenario.js';
import { smallRecording } from './small-recording.js';

/** As a few concurrent clients; more would measure the uploads. */
const UPLOADS_CONCURRENCY = 8;
/** The measurement error of a wall time. */
const POLL_INTERVAL_MS = 100;
const REPORT_INTERVAL_MS = 2_000;
const MS_PER_SECOND = 1_000;

/** Chunks did not settle in time, or some failed: the measurement is invalid. */
export class NotSettledError extends Error {
  override readonly name = 'NotSettledError';
  readonly code = 'not_settled';
}

export interface Batch {
  chunks: number;
  timeoutMs: number;
  /** Name in progress messages. */
  label: string;
}

/**
 * Uploads this many small recordings at once, and waits until each is completed.
 *
 * @returns milliseconds from the first upload until the last chunk was completed
 * @throws NotSettledError
 */
export async function sendAndSettle(api: ServiceApi, batch: Batch, tools: ScenarioTools): Promise<number> {
  const { chunks, timeoutMs, label } = batch;
  const { id } = await api.createConversation();
  const start = performance.now();
  await upload(api, id, chunks);
  let reportAt = start + REPORT_INTERVAL_MS;
  for (;;) {
    const { completed, failed } = (await api.conversation(id)).chunks;
    const now = performance.now();
    if (completed === chunks) return now - start;
    if (failed > 0) throw new NotSettledError(`${failed} chunks failed`);
    if (now - start > timeoutMs) {
      throw new NotSettledError(`${completed} of ${chunks} chunks were completed after ${timeoutMs} ms`);
    }
    if (now > reportAt) {
      tools.progress(`${label}: ${completed} of ${chunks} chunks after ${seconds(now - start)}`);
      reportAt += REPORT_INTERVAL_MS;
    }
    await pause(POLL_INTERVAL_MS);
  }
}

async function upload(api: ServiceApi, conversationId: string, chunks: number): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < chunks) {
      const name = `recording-${next}.wav`;
      next += 1;
      await api.addChunk(conversationId, { name, audio: smallRecording(`${conversationId} ${name}`) });
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_CONCURRENCY }, client));
}

function seconds(ms: number): string {
  return `${(ms / MS_PER_SECOND).toFixed(1)} s`;
}
