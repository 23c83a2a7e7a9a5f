import { Injectable } from '@nestjs/common';
import { sql, type Selectable, type Transaction, type RawBuilder, type SqlBool } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import type { EventEndpointsTable, EventType } from '../database/event-tables.js';
import type { Schema } from '../database/schema.js';
import { newEndpointSecret } from './endpoint-secret.js';
import { MAX_ENDPOINTS_PER_PROJECT } from './event-types.js';

/**
 * The previous secret expires after the time for which an event is retried; until then, both sign.
 */
const PREVIOUS_SECRET_EXPIRY = sql<Date>`now() + interval '24 hours'`;

export type EventEndpoint = Omit<
  Selectable<EventEndpointsTable>,
  'secret' | 'previous_secret' | 'previous_secret_expires_at'
>;

export interface EndpointSettings {
  url: string;
  /** Null: all types. */
  types: EventType[] | null;
}

export type CreateResult =
  | { kind: 'created'; endpoint: EventEndpoint; secret: string }
  | { kind: 'no_project' }
  | { kind: 'too_many' };

const COLUMNS = [
  'id',
  'project_id',
  'url',
  'types',
  'status',
  'disabled_reason',
  'created_at',
  'updated_at',
] as const;

/**
 * Stores the endpoints of projects. A deleted one keeps its row, for the log, without its secrets.
 */
@Injectable()
export class EventEndpointsRepository {
  constructor(private readonly database: Database) {}

  async projectExists(projectId: string): Promise<boolean> {
    const row = await this.database
      .selectFrom('projects')
      .select('id')
      .where('id', '=', projectId)
      .executeTakeFirst();
    return row !== undefined;
  }

  /**
   * Locks the project's row meanwhile, so that the project never exceeds its number of endpoints.
   */
  async create(projectId: string, settings: EndpointSettings): Promise<CreateResult> {
    return this.database.transaction().execute(async (trx) => {
      const project = await trx
        .selectFrom('projects')
        .select('id')
        .where('id', '=', projectId)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (project === undefined) return { kind: 'no_project' };
      const { count } = await trx
        .selectFrom('event_endpoints')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('project_id', '=', projectId)
        .where('status', '<>', 'deleted')
        .executeTakeFirstOrThrow();
      if (count >= MAX_ENDPOINTS_PER_PROJECT) return { kind: 'too_many' };
      const secret = newEndpointSecret();
      const endpoint = await trx
        .insertInto('event_endpoints')
        .values({ id: uuidv7(), project_id: projectId, secret, ...settings })
        .returning(COLUMNS)
        .executeTakeFirstOrThrow();
      return { kind: 'created', endpoint, secret };
    });
  }

  async list(projectId: string): Promise<EventEndpoint[]> {
    return this.database
      .selectFrom('event_endpoints')
      .select(COLUMNS)
      .where('project_id', '=', projectId)
      .where('status', '<>', 'deleted')
      .orderBy('id')
      .execute();
  }

  /** Changes settings. Disabling cancels pending deliveries; enabling does not restore them. */
  async update(
    ref: EndpointRef,
    changes: Partial<EndpointSettings> & { enabled?: boolean },
  ): Promise<EventEndpoint | undefined> {
    const { enabled, url, types } = changes;
    return this.database.transaction().execute(async (trx) => {
      const updated = await trx
        .updateTable('event_endpoints')
        .set({
          url,
          types,
          ...(enabled === undefined
            ? {}
            : { status: enabled ? 'enabled' : 'disabled', disabled_reason: enabled ? null : 'by request' }),
          updated_at: sql<Date>`now()`,
        })
        .where(isKnown(ref))
        .returning(COLUMNS)
        .executeTakeFirst();
      if (updated?.status === 'disabled') await cancelDeliveries(trx, ref.endpointId);
      return updated;
    });
  }

  /** Generates a new secret; the previous one stays valid for a day. */
  async rotateSecret(ref: EndpointRef): Promise<{ endpoint: EventEndpoint; secret: string } | undefined> {
    const secret = newEndpointSecret();
    const endpoint = await this.database
      .updateTable('event_endpoints')
      .set({
        secret,
        previous_secret: sql<string>`secret`,
        previous_secret_expires_at: PREVIOUS_SECRET_EXPIRY,
        updated_at: sql<Date>`now()`,
      })
      .where(isKnown(ref))
      .returning(COLUMNS)
      .executeTakeFirst();
    return endpoint === undefined ? undefined : { endpoint, secret };
  }

  async delete(ref: EndpointRef): Promise<boolean> {
    return this.database.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('event_endpoints')
        .set({
          status: 'deleted',
          secret: null,
          previous_secret: null,
          previous_secret_expires_at: null,
          updated_at: sql<Date>`now()`,
        })
        .where(isKnown(ref))
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await cancelDeliveries(trx, ref.endpointId);
      return true;
    });
  }
}

function isKnown({ endpointId, projectId }: EndpointRef): RawBuilder<SqlBool> {
  return sql<SqlBool>`id = ${endpointId} and project_id = ${projectId} and status <> 'deleted'`;
}

export interface EndpointRef {
  projectId: string;
  endpointId: string;
}

/** pending -> canceled, for all deliveries of an endpoint that accepts no more events. */
export async function cancelDeliveries(trx: Transaction<Schema>, endpointId: string): Promise<void> {
  await trx
    .updateTable('event_deliveries')
    .set({ status: 'canceled', next_attempt_at: null })
    .where('endpoint_id', '=', endpointId)
    .where('status', '=', 'pending')
    .execute();
}
