import pg from 'pg';
import type { Simulator } from '../../simulator/simulator.js';

/**
 * Findings from the record, the provider's ledger and the stores when all work should have ended.
 */
export interface Audit {
  chunks: number;
  completed: number;
  failed: Record<string, number>;
  /** Chunks that have not settled. */
  lost: number;
  conversations: number;
  /** Finished conversations that are not finalized, or have no summary verdict. */
  unfinalized: number;
  /** Chunks or conversations whose history contains an end more than once. */
  doneTwice: number;
  openSubmissions: number;
  pendingLeft: number;
  /** Transcripts that the provider bills in addition to one for each chunk. */
  extraBills: number;
}

/**
 * Installs triggers that record every change of state in the same transaction, so that work that
 * was done twice is visible, whatever the final state.
 */
export async function installHistory(databaseUrl: string): Promise<void> {
  await query(
    databaseUrl,
    `create table audit_history (kind text not null, id uuid not null, status text not null, revision integer);
     create function audit_chunk() returns trigger language plpgsql as $$
     begin
       if new.status is distinct from old.status then
         insert into audit_history values ('chunk', new.id, new.status, new.attempt);
       end if;
       return new;
     end $$;
     create function audit_conversation() returns trigger language plpgsql as $$
     begin
       if new.merge_revision is distinct from old.merge_revision then
         insert into audit_history values ('conversation', new.id, 'merged', new.merge_revision);
       end if;
       return new;
     end $$;
     create trigger audit_chunks after update on chunks for each row execute function audit_chunk();
     create trigger audit_conversations after update on conversations
       for each row execute function audit_conversation();`,
  );
}

/**
 * @param pendingLeft number of pending entries in coordination; each engine stores them elsewhere
 */
export async function audit(databaseUrl: string, simulator: Simulator, pendingLeft: number): Promise<Audit> {
  const count = async (sql: string): Promise<number> => {
    const [row] = await query<{ count: string }>(databaseUrl, `select count(*) from ${sql}`);
    return Number(row?.count ?? 0);
  };
  const failed = await query<{ reason: string; count: string }>(
    databaseUrl,
    `select coalesce(error_code, 'unknown') as reason, count(*) from chunks where status = 'failed' group by 1`,
  );
  const chunks = await count('chunks');
  return {
    chunks,
    completed: await count(`chunks where status = 'completed'`),
    failed: Object.fromEntries(failed.map((row) => [row.reason, Number(row.count)])),
    lost: await count(`chunks where status not in ('completed', 'failed')`),
    conversations: await count('conversations'),
    unfinalized: await count(`conversations where status = 'finished' or summary_status = 'pending'`),
    doneTwice: await count(
      `(select id from audit_history where status in ('completed', 'failed', 'merged')
        group by kind, id having count(*) > 1) as twice`,
    ),
    openSubmissions: await count(`submissions where status in ('created', 'submitted')`),
    pendingLeft,
    extraBills: simulator.ledger.billed - chunks,
  };
}

export async function query<T extends pg.QueryResultRow>(databaseUrl: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
