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

/** Of a process's slots, so that one endpoint that hangs leaves most of them to the others. */
const SLOTS_PER_ENDPOINT = 4;
/** For who finds them taken; a little different for each. */
const PLACE_PAUSE_MS = 500;
/** A clock of ours that is a little ahead of the database's would otherwise find a due delivery not due. */
const DUE_TOLERANCE_MS = 5;

/**
 * Tries a delivery once, and puts it to sleep until the next attempt. An event may arrive more than once (its answer was lost, a
 * worker died before it could record it), always under one id; and in any order.
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
      return { kind: 'sleep', delayMs: Math.round(PLACE_PAUSE_MS * (1 + Math.random())) };
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
    // Somebody else has recorded an attempt: what is true now decides.
    if (!(await this.deliveries.record(task, { ...result, durationMs }, after))) {
      return { kind: 'sleep', delayMs: 0 };
    }
    this.metrics.eventAttempts.inc({ outcome: after.kind });
    if (after.kind === 'retry') return { kind: 'sleep', delayMs: after.delayMs };
    if (after.kind !== 'delivered') {
      const what =
        after.kind === 'gone' ? 'it wants no more events, and is disabled' : 'a day of attempts is over';
      this.logger.warn(`delivery ${task.deliveryId} to endpoint ${endpoint.id} ended: ${what}`);
    }
    return DONE;
  }
}
