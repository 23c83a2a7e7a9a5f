import pg from 'pg';
import type { Redis } from 'ioredis';
import { shareStatement } from '../../src/database/share-statement.js';
import { RESULTS_KEY, SUBMISSIONS_KEY } from './bare-names.js';

/** The steps of a chunk, in this order. */
export type Step = 'added' | 'opened' | 'submitted' | 'called' | 'transcribed' | 'read' | 'corrected';

/** The baseline's record of its chunks. */
export interface Records {
  /** @param value the audio's URL, the transcript's id, the first text, or the corrected one */
  keep(step: Step, chunkId: string, value?: string): Promise<void>;
}

/** Keeps two hashes in Redis, written only when there is a value. */
export class HashRecords implements Records {
  constructor(private readonly redis: Redis) {}

  async keep(step: Step, chunkId: string, value = ''): Promise<void> {
    if (step === 'submitted') await this.redis.hset(SUBMISSIONS_KEY, chunkId, value);
    if (step === 'corrected') await this.redis.hset(RESULTS_KEY, chunkId, value);
  }
}

interface Entry {
  id: string;
  value: string;
}

export const RECORD_TABLE = 'bare_chunks';
export const CREATE_RECORD_TABLE = `create table if not exists ${RECORD_TABLE} (
  id text primary key,
  status text not null default 'queued',
  audio_url text not null,
  transcript_id text unique,
  callbacks integer not null default 0,
  transcript text,
  corrected text
)`;
export const COUNT_CORRECTED = `select count(*) from ${RECORD_TABLE} where status = 'completed'`;

const ENTRIES_CTE = `with given as (
  select entry.* from unnest($1::integer[]) as place, jsonb_to_record($2::jsonb -> place) as entry (id text, value text)
)`;
const update = (changes: string) =>
  `${ENTRIES_CTE} update ${RECORD_TABLE} as chunk set ${changes} from given where chunk.id = given.id`;

/**
 * Keeps the minimal record: a row for each chunk in PostgreSQL, changed before and after every
 * request by prepared statements that chunks share. No statement checks the state of the row, so
 * nothing is safe yet.
 */
export class TableRecords implements Records {
  private readonly pool: pg.Pool;
  private readonly statements: Record<Step, (entry: Entry) => Promise<undefined>>;

  constructor(databaseUrl: string) {
    // The planner assumes that a table which was just empty is small, and would scan it for each
    // statement.
    this.pool = new pg.Pool({ connectionString: databaseUrl, options: '-c enable_seqscan=off' });
    const share = (name: Step, text: string) =>
      shareStatement<Entry, undefined>({ run: (entries) => this.execute({ name, text }, entries) });
    const change = (name: Step, changes: string) => share(name, update(changes));
    this.statements = {
      added: share(
        'added',
        `${ENTRIES_CTE} insert into ${RECORD_TABLE} (id, audio_url) select id, value from given`,
      ),
      opened: change('opened', `status = 'opened'`),
      submitted: change('submitted', `status = 'submitted', transcript_id = given.value`),
      called: change('called', 'callbacks = callbacks + 1'),
      transcribed: change('transcribed', `status = 'correcting', transcript = given.value`),
      read: share(
        'read',
        `${ENTRIES_CTE} select chunk.* from ${RECORD_TABLE} as chunk join given on given.id = chunk.id`,
      ),
      corrected: change('corrected', `status = 'completed', corrected = given.value`),
    };
  }

  async keep(step: Step, chunkId: string, value = ''): Promise<void> {
    await this.statements[step]({ id: chunkId, value });
  }

  private async execute(
    statement: { name: Step; text: string },
    entries: readonly Entry[],
  ): Promise<undefined[]> {
    const positions = entries.map((_entry, position) => position);
    await this.pool.query({ ...statement, values: [positions, JSON.stringify(entries)] });
    return entries.map(() => undefined);
  }
}
