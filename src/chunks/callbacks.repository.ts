import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import { prepareStatement } from '../database/prepare-statement.js';
import { shareStatement } from '../database/share-statement.js';

interface RecordedCallback {
  submissionId: string;
  transcriptId: string;
}

/** Callbacks that one statement records; the provider sends hundreds a second only after a fault of its own. */
const MAX_CALLBACKS = 500;

/** Not `in`: the server may take the index of all open ones, which it believes to be few, and walk through the whole backlog. */
const IS_OPEN = sql<boolean>`(s.status is not distinct from 'created' or s.status is not distinct from 'submitted')`;

/** Rows are locked in the order of their ids: two processes that were called about the same ones do not lock each other out. */
const recordCallbacks = prepareStatement<
  { ids: readonly string[]; transcriptIds: readonly string[]; counts: readonly number[] },
  { id: string }
>(
  (value) => sql`
    with given as (
      select * from unnest(${value('ids')}::uuid[], ${value('transcriptIds')}::text[], ${value('counts')}::integer[])
        as t(id, transcript_id, count)
    ), locked as materialized (
      select id from submissions where id in (select id from given) order by id for no key update
    )
    update submissions as s set callbacks = s.callbacks + given.count,
      callback_transcript_id = case when s.transcript_id is null then given.transcript_id end
    from given, locked where s.id = given.id and s.id = locked.id and ${IS_OPEN}
    returning s.id`,
);

/**
 * Callbacks that arrive together are recorded together; each is answered only when its own is committed.
 */
@Injectable()
export class CallbacksRepository {
  private readonly recording = shareStatement({
    run: (callbacks: readonly RecordedCallback[]) => this.recordAll(callbacks),
    maxItems: MAX_CALLBACKS,
  });

  constructor(private readonly database: Database) {}

  /**
   * Leaves a callback on its open submission (rule K1): the counter that a check reads before it sleeps, and the transcript
   * id where we lack it, as a claim to be verified.
   *
   * @returns false when there is no such submission, or it has settled
   */
  async record(submissionId: string, transcriptId: string): Promise<boolean> {
    return this.recording({ submissionId, transcriptId });
  }

  async findByTranscript(transcriptId: string): Promise<string | undefined> {
    const row = await this.database
      .selectFrom('submissions')
      .select('id')
      .where('transcript_id', '=', transcriptId)
      .executeTakeFirst();
    return row?.id;
  }

  private async recordAll(callbacks: readonly RecordedCallback[]): Promise<boolean[]> {
    const given = new Map<string, { transcriptId: string; count: number }>();
    for (const { submissionId, transcriptId } of callbacks) {
      given.set(submissionId, { transcriptId, count: (given.get(submissionId)?.count ?? 0) + 1 });
    }
    const values = [...given.values()];
    const rows = await recordCallbacks(this.database, {
      ids: [...given.keys()],
      transcriptIds: values.map(({ transcriptId }) => transcriptId),
      counts: values.map(({ count }) => count),
    });
    const recorded = new Set(rows.map(({ id }) => id));
    return callbacks.map(({ submissionId }) => recorded.has(submissionId));
  }
}
