import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceApi } from '../../demo/service/service-api.js';
import type { ScenarioTools } from '../scenario.js';
import { atOnce } from './at-once.js';
import { postJson } from './clients.js';
import { parseMetrics, total, type Sample } from './metrics.js';
import { NotSettledError } from './send-and-settle.js';

/** A long evening's conversation; more only makes its pending set a little smaller for each. */
const CHUNKS_PER_CONVERSATION = 100;
const REQUESTS_AT_ONCE = 16;
/** A scrape counts submissions in the database; more often would be felt. */
const LOOK_INTERVAL_MS = 1_000;
/** Many times what a submission takes on a slow machine. */
const TIMEOUT_PER_SUBMISSION_MS = 200;
const TIMEOUT_ANYWAY_MS = 60_000;

export interface Service {
  api: ServiceApi;
  url: string;
}

export interface Filling {
  /** In flight already. */
  from: number;
  /** In flight afterwards. */
  to: number;
  recordingsUrl: string;
}

/**
 * Adds chunks by their recordings' URLs, and waits until the provider has taken each of them.
 *
 * @throws NotSettledError when that takes unreasonably long
 */
export async function fill(service: Service, filling: Filling, tools: ScenarioTools): Promise<void> {
  const { from, to, recordingsUrl } = filling;
  const starts = range(from, to, CHUNKS_PER_CONVERSATION);
  for (const start of starts) {
    const { id } = await service.api.createConversation();
    const numbers = range(start, Math.min(start + CHUNKS_PER_CONVERSATION, to), 1);
    await atOnce(REQUESTS_AT_ONCE, numbers, async (number) => {
      await postJson(
        `${service.url}/api/conversations/${id}/chunks`,
        { audioUrl: `${recordingsUrl}/${number}.wav` },
        tools,
      );
    });
    if (start % (10 * CHUNKS_PER_CONVERSATION) === 0) tools.progress(`${start} of ${to} chunks are added`);
  }
  await untilMetrics(service.api, (samples) => areInFlight(samples, to), {
    timeoutMs: TIMEOUT_ANYWAY_MS + (to - from) * TIMEOUT_PER_SUBMISSION_MS,
    onLook: (samples) => {
      tools.progress(`${to - unsubmitted(samples)} of ${to} submissions are in flight`);
    },
  });
}

/** Looks at the metrics until they say so. @throws NotSettledError when that takes too long */
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
    await pause(LOOK_INTERVAL_MS);
  }
}

/** No submit is left to be made, and each submission has its check, asleep. */
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
