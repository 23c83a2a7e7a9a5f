import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { sql } from 'kysely';
import { Database } from '../database/database.js';

interface RecordedCallback {
  submissionId: string;
  transcriptId: string;
}

/** Callbacks that one statement records; the provider sends hundreds a second only after a fault of its own. */
const MAX_BATCH = 500;
/** A statement that hangs does not hold up those after it: the provider waits for 10 s in all. */
const MAX_WAIT_MS = 100;

/**
 * Callbacks that arrive together are recorded together: those that come while a statement is under way share the next one.
 * Each is answered only when its own is committed.
 */
@Injectable()
export class CallbacksRepository {
  private underWay: Promise<unknown> = Promise.resolve();
  private readonly batches = new DataLoader<RecordedCallback, boolean>(
    (callbacks) => {
      const recorded = this.recordAll(callbacks);
      this.underWay = Promise.race([
        Promise.allSettled([recorded]),
        pause(MAX_WAIT_MS, undefined, { ref: false }),
      ]);
      return recorded;
    },
    {
      cache: false,
      maxBatchSize: MAX_BATCH,
      batchScheduleFn: (dispatch) => {
        void this.underWay.then(dispatch);
      },
    },
  );

  constructor(private readonly database: Database) {}

  /**
   * Leaves a callback on its open submission (rule K1): the counter that a check reads before it sleeps, and the transcript
   * id where we lack it, as a claim to be verified.
   *
   * @returns false when there is no such submission, or it has settled
   */
  async record(submissionId: string, transcriptId: string): Promise<boolean> {
    return this.batches.load({ submissionId: submissionId.toLowerCase(), transcriptId });
  }

  async findByTranscript(transcriptId: string): Promise<string | undefined> {
    const row = await this.database
      .selectFrom('submissions')
      .select('id')
      .where('transcript_id', '=', transcriptId)
      .executeTakeFirst();
    return row?.id;
  }

  /** Rows are locked in the order of their ids: two processes that were called about the same ones do not lock each other out. */
  private async recordAll(callbacks: readonly RecordedCallback[]): Promise<boolean[]> {
    const given = new Map<string, { transcriptId: string; count: number }>();
    for (const { submissionId, transcriptId } of callbacks) {
      given.set(submissionId, { transcriptId, count: (given.get(submissionId)?.count ?? 0) + 1 });
    }
    const values = [...given.values()];
    const { rows } = await sql<{ id: string }>`
      with given as (
        select * from unnest(${[...given.keys()]}::uuid[], ${values.map(({ transcriptId }) => transcriptId)}::text[],
          ${values.map(({ count }) => count)}::integer[]) as t(id, transcript_id, count)
      ), locked as materialized (
        select s.id from submissions as s where s.id in (select id from given) and s.status in ('created', 'submitted')
        order by s.id for no key update
      )
      update submissions as s set callbacks = s.callbacks + given.count,
        callback_transcript_id = case when s.transcript_id is null then given.transcript_id end
      from given, locked where s.id = given.id and s.id = locked.id
      returning s.id`.execute(this.database);
    const recorded = new Set(rows.map(({ id }) => id));
    return callbacks.map(({ submissionId }) => recorded.has(submissionId));
  }
}
