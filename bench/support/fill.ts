import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceApi } from '../../commands/service/service-api.js';
import type { ScenarioTools } from '../scenario.js';
import { forEachConcurrently } from './for-each-concurrently.js';
import { postJson } from './clients.js';
import { parseMetrics, total, type Sample } from './metrics.js';
import { NotSettledError } from './send-and-settle.js';

/**
 * A long conversation; a larger one only reduces the share of its pending set per chunk a little.
 */
const CHUNKS_PER_CONVERSATION = 100;
const REQUESTS_CONCURRENCY = 16;
/** A scrape counts submissions in the database; more frequent ones would affect the result. */
const POLL_INTERVAL_MS = 1_000;
/** Many times the duration of a submission on a slow machine. */
const TIMEOUT_PER_SUBMISSION_MS = 200;
const BASE_TIMEOUT_MS = 60_000;

export interface Service {
  api: ServiceApi;
  url: string;
}

export interface Filling {
  /** Already in flight before. */
  from: number;
  /** In flight afterwards. */
  to: number;
  recordingsUrl: string;
}

/**
 * Adds chunks by their recordings' URLs, and waits until the provider has accepted each of them.
 *
 * @throws NotSettledError when that takes unreasonably long
 */
export async function fill(service: Service, filling: Filling, tools: ScenarioTools): Promise<void> {
  const { from, to, recordingsUrl } = filling;
  const starts = range(from, to, CHUNKS_PER_CONVERSATION);
  for (const start of starts) {
    const { id } = await service.api.createConversation();
    const numbers = range(start, Math.min(start + CHUNKS_PER_CONVERSATION, to), 1);
    await forEachConcurrently(REQUESTS_CONCURRENCY, numbers, async (number) => {
      await postJson(
        `${service.url}/api/conversations/${id}/chunks`,
        { audioUrl: `${recordingsUrl}/${number}.wav` },
        tools,
      );
    });
    if (start % (10 * CHUNKS_PER_CONVERSATION) === 0) tools.progress(`${start} of ${to} chunks are added`);
  }
  await untilMetrics(service.api, (samples) => areInFlight(samples, to), {
    timeoutMs: BASE_TIMEOUT_MS + (to - from) * TIMEOUT_PER_SUBMISSION_MS,
    onLook: (samples) => {
      tools.progress(`${to - unsubmitted(samples)} of ${to} submissions are in flight`);
    },
  });
}

/**
 * Polls the metrics until they satisfy the condition.
 * @throws NotSettledError when that takes too long
 */
export async function untilMetrics(
  api: ServiceApi,
  isSo: (samples: readonly Sample[]) => boolean,
  options: { timeoutMs: number; onLook?: (samples: readonly Sample[]) => void },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const samples = parseMetrics(await api.metrics());
    if (isSo(samples)) return;
    options.onLook?.(samples);
    if (performance.now() > deadline) {
      throw new NotSettledError(`the service did not get there within ${options.timeoutMs} ms`);
    }
    await pause(POLL_INTERVAL_MS);
  }
}

/** Whether no submit is pending, and each submission has its delayed check. */
function areInFlight(samples: readonly Sample[], count: number): boolean {
  const asleep = total(samples, 'ringback_queue_depth', { queue: 'transcription-check', state: 'delayed' });
  const open = total(samples, 'ringback_open_submissions', { strategy: 'webhook' });
  return unsubmitted(samples) === 0 && asleep === count && open === count;
}

function unsubmitted(samples: readonly Sample[]): number {
  return total(samples, 'ringback_queue_depth', { queue: 'transcription-submit' });
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_item, index) => from + index * step);
}
