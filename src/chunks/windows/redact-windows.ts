import { sql } from 'kysely';
import { storableText } from '../../database/storable.js';
import type { JobData } from '../../queues/job-catalogue.js';
import { redactPatternsInSteps } from '../../redaction/redact-patterns.js';
import type { Executor } from '../chunk-transitions.js';
import type { SubmissionRef } from '../statements/open-submissions.js';
import { correctionJobs } from './windows.repository.js';

/**
 * Redacts the first-stage texts of a chunk's windows by patterns, because redaction is turned on
 * while they are corrected. Texts that are corrected already are removed, and corrected again. Cuts
 * are safe (`safe-cut.ts`), so this gives the same as redacting the whole text.
 *
 * Call it with the chunk locked, and before its setting changes: then a trigger removes texts that
 * are not redacted.
 *
 * @returns the jobs of the corrections that are owed now; none when the text is corrected as a
 * whole
 */
export async function redactWindows(trx: Executor, ref: SubmissionRef): Promise<JobData['correct'][]> {
  const windows = await trx
    .selectFrom('correction_windows')
    .select(['ordinal', 'text'])
    .where('chunk_id', '=', ref.chunkId)
    .where('submission_id', '=', ref.submissionId)
    .orderBy('ordinal')
    .execute();
  for (const { ordinal, text } of windows) {
    const redacted = text === null ? null : (await redactPatternsInSteps(text)).text;
    await trx
      .updateTable('correction_windows')
      .set({
        ...PENDING_AGAIN,
        text: redacted === null ? null : storableText(redacted),
        is_redacted: true,
      })
      .where('chunk_id', '=', ref.chunkId)
      .where('submission_id', '=', ref.submissionId)
      .where('ordinal', '=', ordinal)
      .execute();
  }
  return windows.length === 0 ? [] : correctionJobs(trx, ref);
}

/** Columns of a window that is to be corrected again. Its tokens have been paid for. */
export const PENDING_AGAIN = {
  status: 'pending' as const,
  round: sql<number>`round + 1`,
  transcript: null,
  note: null,
  error: null,
  error_code: null,
  model: null,
  prompt_version: null,
  used_audio: null,
  audio_omitted: null,
  redaction: null,
  settled_at: null,
};

export async function removeWindows(trx: Executor, chunkIds: readonly string[]): Promise<void> {
  if (chunkIds.length === 0) return;
  await trx
    .deleteFrom('correction_windows')
    .where('chunk_id', 'in', [...chunkIds])
    .execute();
}
