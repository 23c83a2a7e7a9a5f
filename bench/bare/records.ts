import pg from 'pg';
import type { Redis } from 'ioredis';
import { shareStatement } from '../../src/database/share-statement.js';
import { DONE, RECORD_TABLE, RESULTS_KEY, SUBMISSIONS_KEY } from './bare-names.js';

/** What becomes of a chunk, in this order. */
export type Step = 'added' | 'opened' | 'submitted' | 'called' | 'transcribed' | 'read' | 'corrected';

/** Where the baseline keeps what it learns of a chunk. */
export interface Records {
  /** @param value the audio's URL, the transcript's id, the first text, the corrected one; steps without one keep none */
  keep(step: Step, chunkId: string, value?: string): Promise<void>;
}

/** The careless way: two hashes, written when there is something to keep. */
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

const GIVEN = `with given as (
  select entry.* from unnest($1::integer[]) as place, jsonb_to_record($2::jsonb -> place) as entry (id text, value text)
)`;
const update = (changes: string) =>
  `${GIVEN} update ${RECORD_TABLE} as chunk set ${changes} from given where chunk.id = given.id`;

const STATEMENTS: Readonly<Record<Step, string>> = {
  added: `${GIVEN} insert into ${RECORD_TABLE} (id, audio_url) select id, value from given`,
  opened: update(`status = 'opened'`),
  submitted: update(`status = 'submitted', transcript_id = given.value`),
  called: update('callbacks = callbacks + 1'),
  transcribed: update(`status = 'correcting', transcript = given.value`),
  read: `${GIVEN} select chunk.* from ${RECORD_TABLE} as chunk join given on given.id = chunk.id`,
  corrected: update(`status = '${DONE}', corrected = given.value`),
};

/**
 * The least that a record takes: a row for each chunk in PostgreSQL, changed before and after every request, by prepared
 * statements that chunks share. No statement asks what state the row was in, so nothing is safe yet.
 */
export class TableRecords implements Records {
  private readonly pool: pg.Pool;
  private readonly statements: Record<Step, (entry: Entry) => Promise<undefined>>;

  constructor(databaseUrl: string) {
    // The server takes a table that was just empty for a small one, and would read all of it for each statement.
    this.pool = new pg.Pool({ connectionString: databaseUrl, options: '-c enable_seqscan=off' });
    const shared = (name: Step) =>
      shareStatement<Entry, undefined>({ run: (entries) => this.execute(name, entries) });
    this.statements = {
      added: shared('added'),
      opened: shared('opened'),
      submitted: shared('submitted'),
      called: shared('called'),
      transcribed: shared('transcribed'),
      read: shared('read'),
      corrected: shared('corrected'),
    };
  }

  async keep(step: Step, chunkId: string, value = ''): Promise<void> {
    await this.statements[step]({ id: chunkId, value });
  }

  private async execute(step: Step, entries: readonly Entry[]): Promise<undefined[]> {
    const places = entries.map((_entry, place) => place);
    await this.pool.query({ name: step, text: STATEMENTS[step], values: [places, JSON.stringify(entries)] });
    return entries.map(() => undefined);
  }
}
