import { Injectable, Logger } from '@nestjs/common';
import { sql, type Compilable, type Kysely, type OperationNode, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import type { EventType } from '../database/event-tables.js';
import type { Schema } from '../database/schema.js';
import { bestEffort } from '../queues/best-effort.js';
import { JobQueues } from '../queues/job-queues.js';
import { MAX_ENDPOINTS_PER_PROJECT } from './event-types.js';

/** Columns of the changed row that a change returns for its event. */
export interface EventSource {
  /** Null when the row belongs to no project; then there is no event. */
  project_id: string | null;
  /** The event is deleted with its conversation. */
  conversation_id: string;
  /** Ids and states; no text of a recording. */
  data: unknown;
}

/** An insert or update built by Kysely, which `sql` accepts as a part of a statement. */
type Change = Compilable<EventSource> & { toOperationNode(): OperationNode };

/** How long a delivery is attempted: at once, and then with growing pauses. */
export const DELIVERY_TIMEOUT = sql`interval '24 hours'`;

/**
 * Transactional outbox: one statement makes a change of state and its event, so that neither exists
 * without the other. The event has a delivery for each endpoint that wants it, and each delivery
 * gets a job after the commit. The reconciler restores a job that is lost in between.
 *
 * For a conversation without a project, or a project without an endpoint, no row is written and no
 * job is added.
 */
@Injectable()
export class EventOutbox {
  private readonly logger = new Logger(EventOutbox.name);
  /** Deliveries written in transactions that are not committed yet. */
  private readonly uncommitted = new WeakMap<Kysely<Schema>, string[]>();

  constructor(
    private readonly database: Database,
    private readonly queues: JobQueues,
  ) {}

  /**
   * Makes a change of at most one row, together with its event.
   *
   * @param db the database, or a transaction of `transaction` below
   * @param change an insert or conditional update that returns `EventSource`; without a row, no
   * event
   * @returns whether a row changed
   */
  async change(db: Kysely<Schema>, type: EventType, change: Change): Promise<boolean> {
    // For each endpoint that may want the event: only the statement knows which of them do.
    const deliveryIds = Array.from({ length: MAX_ENDPOINTS_PER_PROJECT }, () => uuidv7());
    const { rows } = await sql<{ changed: number; deliveryIds: string[] }>`
      with changed as (${change}),
      wanting as (
        select e.id, e.project_id, row_number() over (order by e.id) as number
        from changed join event_endpoints e on e.project_id = changed.project_id
        where e.status = 'enabled' and (e.types is null or ${type}::text = any(e.types))
      ),
      told as (
        insert into events (id, project_id, conversation_id, type, data)
        select ${uuidv7()}::uuid, changed.project_id, changed.conversation_id, ${type}::text, changed.data from changed
        where exists (select from wanting)
        returning id
      ),
      owed as (
        insert into event_deliveries (id, event_id, endpoint_id, project_id, expires_at)
        select (${deliveryIds}::uuid[])[wanting.number], told.id, wanting.id, wanting.project_id, now() + ${DELIVERY_TIMEOUT}
        from told cross join wanting
        where wanting.number <= ${MAX_ENDPOINTS_PER_PROJECT}::integer
        returning id
      )
      select (select count(*)::integer from changed) as changed, array(select id from owed) as "deliveryIds"`.execute(
      db,
    );
    const [result] = rows;
    if (result === undefined) throw new TypeError('the statement returned no row');
    if (db.isTransaction) this.remember(db, result.deliveryIds);
    else await this.queue(result.deliveryIds);
    return result.changed > 0;
  }

  /**
   * Runs a transaction with changes that cause events. Their deliveries are queued after the
   * commit, and dropped after a rollback. In any other transaction they would wait for the
   * reconciler.
   */
  async transaction<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    let used: Transaction<Schema> | undefined;
    const result = await this.database.transaction().execute(async (trx) => {
      used = trx;
      return work(trx);
    });
    if (used !== undefined) await this.queue(this.uncommitted.get(used) ?? []);
    return result;
  }

  private remember(trx: Kysely<Schema>, deliveryIds: readonly string[]): void {
    this.uncommitted.set(trx, [...(this.uncommitted.get(trx) ?? []), ...deliveryIds]);
  }

  private async queue(deliveryIds: readonly string[]): Promise<void> {
    if (deliveryIds.length === 0) return;
    await bestEffort(this.logger, `queueing ${deliveryIds.length} deliveries of an event`, () =>
      this.queues.addMany(
        'deliver',
        deliveryIds.map((deliveryId) => ({ data: { deliveryId, round: 1 } })),
      ),
    );
  }
}
