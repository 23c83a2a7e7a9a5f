import { Injectable, Logger } from '@nestjs/common';
import { sql, type Compilable, type Kysely, type OperationNode, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import type { EventType, Schema } from '../database/schema.js';
import { bestEffort } from '../queues/best-effort.js';
import { JobQueues } from '../queues/job-queues.js';
import { MAX_ENDPOINTS_PER_PROJECT } from './event-types.js';

/** What a change has to return of the row that it changed, for its event. */
export interface EventSource {
  /** Null: it belongs to no project, and nobody is told. */
  project_id: string | null;
  /** Goes with its conversation when that is deleted. */
  conversation_id: string;
  /** Ids and states; no text of a recording. */
  data: unknown;
}

/** An insert or an update as Kysely builds it, and as `sql` takes it for a part of a statement. */
type Change = Compilable<EventSource> & { toOperationNode(): OperationNode };

/** For a delivery to be tried right away, and then with growing pauses for this long. */
export const DELIVERY_TIMEOUT = sql`interval '24 hours'`;

/**
 * The transactional outbox: a change of state and the event that tells of it are one statement, so that neither is ever there
 * without the other. The event has one delivery for each endpoint that wants it; each delivery gets a job once the change is
 * committed. A job that is lost between the two is put back by the reconciler.
 *
 * A conversation without a project, or a project without an endpoint, has no row written and no job added.
 */
@Injectable()
export class EventOutbox {
  private readonly logger = new Logger(EventOutbox.name);
  /** What was written in transactions that are not committed yet. */
  private readonly uncommitted = new WeakMap<Kysely<Schema>, string[]>();

  constructor(
    private readonly database: Database,
    private readonly queues: JobQueues,
  ) {}

  /**
   * Makes a change of at most one row, together with its event.
   *
   * @param db the database, or a transaction of `transaction` below
   * @param change an insert or a conditional update that returns `EventSource` of the row; no row, no event
   * @returns whether there was a row
   */
  async change(db: Kysely<Schema>, type: EventType, change: Change): Promise<boolean> {
    // Of every endpoint that may want it: which do, only the statement knows.
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
    if (result === undefined) throw new TypeError('a statement without a result');
    if (db.isTransaction) this.remember(db, result.deliveryIds);
    else await this.queue(result.deliveryIds);
    return result.changed > 0;
  }

  /**
   * A transaction in which changes may be told of: their deliveries are queued when it is committed, and forgotten when it is
   * not. In any other transaction they would wait for the reconciler.
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
