import { Injectable } from '@nestjs/common';
import { sql, type Transaction } from 'kysely';
import { Database } from '../database/database.js';
import type { EventEndpointStatus } from '../database/event-tables.js';
import type { Schema } from '../database/schema.js';
import type { AfterAttempt, AttemptResult } from './decide-after-attempt.js';
import { cancelDeliveries } from './event-endpoints.repository.js';
import { DELIVERY_TIMEOUT } from './event-outbox.js';

/** Fields of a delivery that its job needs. */
export interface DeliveryTask {
  deliveryId: string;
  round: number;
  attempts: number;
  roundAttempts: number;
  /**
   * Time until the next and until the last attempt, by the database's clock; negative when past.
   */
  dueInMs: number;
  leftMs: number;
  event: { id: string; type: string; data: unknown; createdAt: Date };
  endpoint: { id: string; url: string; status: EventEndpointStatus; secrets: string[] };
}

export interface Attempt extends AttemptResult {
  durationMs: number;
}

/**
 * States of a delivery, which sends one event to one endpoint.
 *
 *   pending    owed; `next_attempt_at` is the time of the next attempt
 *   delivered  the endpoint accepted it      exhausted  it did not for a day
 *   canceled   the endpoint was disabled or deleted, or wants no more events
 *
 * A resend makes it pending again, in a new round: with a new day, and a new job.
 */
@Injectable()
export class EventDeliveriesRepository {
  constructor(private readonly database: Database) {}

  /** @returns undefined when the delivery is not pending in this round */
  async task(deliveryId: string, round: number): Promise<DeliveryTask | undefined> {
    const row = await this.database
      .selectFrom('event_deliveries as d')
      .innerJoin('events as e', 'e.id', 'd.event_id')
      .innerJoin('event_endpoints as p', 'p.id', 'd.endpoint_id')
      .select([
        'd.attempts',
        'd.round_attempts as roundAttempts',
        millisecondsUntil('d.next_attempt_at').as('dueInMs'),
        millisecondsUntil('d.expires_at').as('leftMs'),
        'e.id as eventId',
        'e.type',
        'e.data',
        'e.created_at as createdAt',
        'p.id as endpointId',
        'p.url',
        'p.status',
        'p.secret',
        sql<string | null>`case when p.previous_secret_expires_at > now() then p.previous_secret end`.as(
          'previousSecret',
        ),
      ])
      .where('d.id', '=', deliveryId)
      .where('d.round', '=', round)
      .where('d.status', '=', 'pending')
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { attempts, roundAttempts, dueInMs, leftMs, type, data, createdAt } = row;
    const secrets = [row.secret, row.previousSecret].filter((secret) => secret !== null);
    return {
      ...{ deliveryId, round, attempts, roundAttempts, dueInMs, leftMs },
      event: { id: row.eventId, type, data, createdAt },
      endpoint: { id: row.endpointId, url: row.url, status: row.status, secrets },
    };
  }

  /**
   * Records an attempt and its consequence.
   *
   * @returns false when another worker recorded one meanwhile: read the delivery again
   */
  async record(task: DeliveryTask, attempt: Attempt, after: AfterAttempt): Promise<boolean> {
    return this.database.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('event_deliveries')
        .set({
          attempts: task.attempts + 1,
          round_attempts: task.roundAttempts + 1,
          ...stateAfter(after),
        })
        .where('id', '=', task.deliveryId)
        .where('status', '=', 'pending')
        .where('round', '=', task.round)
        .where('attempts', '=', task.attempts)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await trx
        .insertInto('event_attempts')
        .values({
          delivery_id: task.deliveryId,
          number: task.attempts + 1,
          response_status: attempt.status,
          error: attempt.error,
          duration_ms: attempt.durationMs,
        })
        .execute();
      if (after.kind === 'gone') await disable(trx, task.endpoint.id);
      return true;
    });
  }

  /** pending -> canceled, because the endpoint accepts no more events. */
  async cancel({ deliveryId, round }: DeliveryTask): Promise<void> {
    await this.database
      .updateTable('event_deliveries')
      .set({ status: 'canceled', next_attempt_at: null })
      .where('id', '=', deliveryId)
      .where('round', '=', round)
      .where('status', '=', 'pending')
      .execute();
  }

  /** Any state -> pending, in a new round that is due at once. */
  async resend(
    deliveryId: string,
  ): Promise<{ kind: 'resent'; round: number } | { kind: 'no_delivery' } | { kind: 'endpoint_off' }> {
    const resent = await this.database
      .updateTable('event_deliveries')
      .set({
        status: 'pending',
        round: sql<number>`round + 1`,
        round_attempts: 0,
        next_attempt_at: sql<Date>`now()`,
        expires_at: sql<Date>`now() + ${DELIVERY_TIMEOUT}`,
      })
      .where('id', '=', deliveryId)
      .where(
        sql<boolean>`exists (select from event_endpoints e
          where e.id = event_deliveries.endpoint_id and e.status = 'enabled')`,
      )
      .returning('round')
      .executeTakeFirst();
    if (resent !== undefined) return { kind: 'resent', round: resent.round };
    const known = await this.database
      .selectFrom('event_deliveries')
      .select('id')
      .where('id', '=', deliveryId)
      .executeTakeFirst();
    return { kind: known === undefined ? 'no_delivery' : 'endpoint_off' };
  }
}

function millisecondsUntil(column: 'd.next_attempt_at' | 'd.expires_at') {
  return sql<number>`(extract(epoch from ${sql.ref(column)} - now()) * 1000)::double precision`;
}

function stateAfter(after: AfterAttempt) {
  switch (after.kind) {
    case 'delivered':
      return { status: 'delivered' as const, next_attempt_at: null, delivered_at: sql<Date>`now()` };
    case 'gone':
      return { status: 'canceled' as const, next_attempt_at: null };
    case 'exhausted':
      return { status: 'exhausted' as const, next_attempt_at: null };
    case 'retry':
      return { next_attempt_at: sql<Date>`now() + ${after.delayMs} * interval '1 millisecond'` };
  }
}

/** enabled -> disabled, and its pending deliveries are canceled. */
async function disable(trx: Transaction<Schema>, endpointId: string): Promise<void> {
  await trx
    .updateTable('event_endpoints')
    .set({
      status: 'disabled',
      disabled_reason: 'it answered 410: it wants no more events',
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', endpointId)
    .where('status', '=', 'enabled')
    .execute();
  await cancelDeliveries(trx, endpointId);
}
