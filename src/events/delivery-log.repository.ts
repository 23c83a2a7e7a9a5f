import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import type { EventDeliveryStatus } from '../database/event-tables.js';

export interface LoggedAttempt {
  number: number;
  at: Date;
  durationMs: number;
  responseStatus: number | null;
  error: string | null;
}

export interface LoggedDelivery {
  id: string;
  projectId: string;
  eventId: string;
  type: string;
  data: unknown;
  endpointId: string;
  url: string;
  status: EventDeliveryStatus;
  createdAt: Date;
  nextAttemptAt: Date | null;
  expiresAt: Date;
  deliveredAt: Date | null;
  attempts: LoggedAttempt[];
}

export interface DeliveryFilter {
  status?: EventDeliveryStatus;
  endpointId?: string;
}

/** Reads the deliveries of events, with their attempts. */
@Injectable()
export class DeliveryLogRepository {
  constructor(private readonly database: Database) {}

  /** @returns the newest first; `afterId` is the last one of the page before */
  async ofProject(
    projectId: string,
    filter: DeliveryFilter,
    page: { afterId?: string; limit: number },
  ): Promise<LoggedDelivery[]> {
    let query = this.deliveries().where('d.project_id', '=', projectId);
    if (filter.status !== undefined) query = query.where('d.status', '=', filter.status);
    if (filter.endpointId !== undefined) query = query.where('d.endpoint_id', '=', filter.endpointId);
    if (page.afterId !== undefined) query = query.where('d.id', '<', page.afterId);
    return this.withAttempts(await query.orderBy('d.id', 'desc').limit(page.limit).execute());
  }

  /** @returns the newest first, of all projects or one; `afterId` is the last one before */
  async ofAll(
    { status, projectId }: { status?: EventDeliveryStatus; projectId?: string },
    page: { afterId?: string; limit: number },
  ): Promise<LoggedDelivery[]> {
    let query = this.deliveries();
    // Not a parameter: the planner must know whether nearly all deliveries have it, or hardly any.
    if (status !== undefined) query = query.where('d.status', '=', sql.lit(status));
    if (projectId !== undefined) query = query.where('d.project_id', '=', projectId);
    if (page.afterId !== undefined) query = query.where('d.id', '<', page.afterId);
    return this.withAttempts(await query.orderBy('d.id', 'desc').limit(page.limit).execute());
  }

  async find(id: string): Promise<LoggedDelivery | undefined> {
    const [delivery] = await this.withAttempts(await this.deliveries().where('d.id', '=', id).execute());
    return delivery;
  }

  private deliveries() {
    return this.database
      .selectFrom('event_deliveries as d')
      .innerJoin('events as e', 'e.id', 'd.event_id')
      .innerJoin('event_endpoints as p', 'p.id', 'd.endpoint_id')
      .select([
        'd.id',
        'd.project_id as projectId',
        'd.event_id as eventId',
        'e.type',
        'e.data',
        'd.endpoint_id as endpointId',
        'p.url',
        'd.status',
        'd.created_at as createdAt',
        'd.next_attempt_at as nextAttemptAt',
        'd.expires_at as expiresAt',
        'd.delivered_at as deliveredAt',
      ]);
  }

  private async withAttempts(
    deliveries: readonly Omit<LoggedDelivery, 'attempts'>[],
  ): Promise<LoggedDelivery[]> {
    if (deliveries.length === 0) return [];
    const ids = deliveries.map(({ id }) => id);
    const attempts = await this.database
      .selectFrom('event_attempts')
      .select([
        'delivery_id as deliveryId',
        'number',
        'created_at as at',
        'duration_ms as durationMs',
        'response_status as responseStatus',
        'error',
      ])
      .where(sql<boolean>`delivery_id = any(${ids}::uuid[])`)
      .orderBy('number')
      .execute();
    const attemptsOf = new Map<string, LoggedAttempt[]>(ids.map((id) => [id, []]));
    for (const { deliveryId, ...attempt } of attempts) attemptsOf.get(deliveryId)?.push(attempt);
    return deliveries.map((delivery) => ({ ...delivery, attempts: attemptsOf.get(delivery.id) ?? [] }));
  }
}
