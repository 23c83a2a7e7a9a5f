import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Metrics } from '../observability/metrics.js';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import type { JobData } from '../queues/job-catalogue.js';
import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { decideAfterAttempt } from './decide-after-attempt.js';
import { EndpointSlots } from './endpoint-slots.js';
import { signRequest } from './endpoint-secret.js';
import { EventDeliveriesRepository, type DeliveryTask } from './event-deliveries.repository.js';
import { sendEvent } from './send-event.js';

/**
 * Slots per endpoint in a process, so that an endpoint that hangs leaves most slots to the others.
 */
const SLOTS_PER_ENDPOINT = 4;
/** Pause of a delivery without a free slot, before random jitter. */
const SLOT_PAUSE_MS = 500;
/**
 * Tolerates a clock that is a little ahead of the database's, so that a due delivery is found due.
 */
const DUE_TOLERANCE_MS = 5;

/**
 * Attempts a delivery once, and puts it to sleep until the next attempt. An event may arrive in any
 * order and more than once, always with the same id: its answer may be lost, or a worker may die
 * before it records the attempt.
 */
@Injectable()
export class EventDeliverer {
  private readonly logger = new Logger(EventDeliverer.name);
  private readonly slots = new EndpointSlots(SLOTS_PER_ENDPOINT);

  constructor(
    private readonly config: AppConfig,
    private readonly deliveries: EventDeliveriesRepository,
    private readonly agents: OutboundAgents,
    private readonly metrics: Metrics,
  ) {}

  async deliver({ deliveryId, round }: JobData['deliver'], { signal }: JobContext): Promise<JobOutcome> {
    const task = await this.deliveries.task(deliveryId, round);
    if (task === undefined) return DONE;
    if (task.endpoint.status !== 'enabled') {
      await this.deliveries.cancel(task);
      return DONE;
    }
    if (task.dueInMs > DUE_TOLERANCE_MS) return { kind: 'sleep', delayMs: Math.ceil(task.dueInMs) };
    if (!this.slots.enter(task.endpoint.id)) {
      return { kind: 'sleep', delayMs: Math.round(SLOT_PAUSE_MS * (1 + Math.random())) };
    }
    try {
      return await this.attempt(task, signal);
    } finally {
      this.slots.leave(task.endpoint.id);
    }
  }

  private async attempt(task: DeliveryTask, signal: AbortSignal): Promise<JobOutcome> {
    const { event, endpoint } = task;
    const body = JSON.stringify({
      type: event.type,
      timestamp: event.createdAt.toISOString(),
      data: event.data,
    });
    const request = signRequest({ id: event.id, body, secrets: endpoint.secrets }, new Date());
    const start = performance.now();
    const result = await sendEvent(endpoint.url, request, { agents: this.agents, signal });
    const durationMs = Math.round(performance.now() - start);
    const after = decideAfterAttempt(result, {
      attempts: task.roundAttempts + 1,
      leftMs: task.leftMs,
      baseMs: this.config.retryBaseMs,
    });
    // Another worker has recorded an attempt: the current state decides.
    if (!(await this.deliveries.record(task, { ...result, durationMs }, after))) {
      return { kind: 'sleep', delayMs: 0 };
    }
    this.metrics.eventAttempts.inc({ outcome: after.kind });
    if (after.kind === 'retry') return { kind: 'sleep', delayMs: after.delayMs };
    if (after.kind !== 'delivered') {
      const what =
        after.kind === 'gone' ? 'it wants no more events, and is disabled' : 'the day of attempts is over';
      this.logger.warn(`delivery ${task.deliveryId} to endpoint ${endpoint.id} ended: ${what}`);
    }
    return DONE;
  }
}
