/**
 * States of chunks and submissions: what is true in each, and the transitions between them. No
 * other file defines them. All statements that change a state are in this folder;
 * docs/architecture.md has the diagrams.
 *
 * Chunk
 *
 *   queued        waits for its submission to be accepted; `attempt` counts how often it was queued
 *   transcribing  the provider has the recording; `submission_id` names the submission
 *   correcting    the first-stage text is stored (unless the conversation is anonymized) and its
 *                 correction is owed; or the first stage has failed and a rescue is owed. The
 *                 submission's status distinguishes the two
 *   completed     the final text is stored
 *   failed        no text can be obtained; `error` says why
 *
 *   queued       -> transcribing | correcting (rescue) | failed | queued (a new attempt)
 *   transcribing -> correcting | completed | failed | queued (the submission is abandoned)
 *   correcting   -> completed | failed
 *   completed, failed -> queued, only by a restart that somebody requested
 *   completed, failed -> correcting, only by a request to correct the first-stage text again
 *
 * Window: a part of a long recording with a correction of its own; a chunk without rows has one
 *
 *   pending      its correction is owed, while the chunk is correcting
 *   corrected    its corrected text is stored
 *   uncorrected  its correction has failed, and its first-stage text is final
 *
 *   pending -> corrected | uncorrected
 *   corrected, uncorrected -> pending, as a new round, with the chunk's way back to correcting, or
 *   when redaction is turned on
 *
 * Submission: one request to the provider, sent at most once
 *
 *   created    the row and its check exist; the request may be under way until `lease_until`
 *   submitted  the provider's transcript id is known; or, where the response contains the text, the
 *              request is under way until `lease_until`
 *   completed  its text is recorded
 *   failed     it brought no text, and the chunk failed with it or is to be rescued
 *   abandoned  it brought no known result; the chunk is queued again
 *
 *   created   -> submitted | failed | abandoned
 *   submitted -> completed | failed | abandoned
 *
 * Rules
 *
 * S1 A state changes by one conditional UPDATE, or by one transaction of several, which returns
 *    whether it changed the row. A caller that changed no row was slower than another one, and
 *    reads again (K3 of docs/architecture.md).
 * S2 A submission and its chunk change together.
 * S3 Every result names its submission: the result of an abandoned or older submission changes no
 *    row.
 * S4 A chunk has at most one open submission; a unique index guarantees it.
 * S5 Rows are locked in the order of their ids, submissions before chunks, and chunks before their
 *    windows, so that processes do not deadlock.
 * S6 Statements that every chunk goes through compare states by `is not distinct from`. With `=`
 *    the planner may choose the index of all open rows, which it assumes to be few, and read the
 *    whole backlog each time.
 * S7 A chunk is completed by the result of its last pending window, under the lock of the chunk.
 *    A result of a window names its submission and its round.
 */

export const CHUNK_STATUSES = ['queued', 'transcribing', 'correcting', 'completed', 'failed'] as const;
export type ChunkStatus = (typeof CHUNK_STATUSES)[number];

/** Statuses of a chunk that has not settled and still owes its conversation a result. */
export const UNSETTLED_CHUNK_STATUSES = ['queued', 'transcribing', 'correcting'] as const;
/** Statuses of a chunk that waits for its first-stage text. */
export const FIRST_STAGE_STATUSES = ['queued', 'transcribing'] as const;
export const SETTLED_CHUNK_STATUSES = ['completed', 'failed'] as const;

export type SubmissionStatus = 'created' | 'submitted' | 'completed' | 'failed' | 'abandoned';

export type WindowStatus = 'pending' | 'corrected' | 'uncorrected';

/** Statuses of a submission that may still bring a result. */
export const OPEN_SUBMISSION_STATUSES = ['created', 'submitted'] as const;
const ENDED_SUBMISSION_STATUSES = ['completed', 'failed', 'abandoned'] as const;

/** The lists as SQL: with a parameter the planner would not use its partial index. */
export const UNSETTLED_CHUNKS = sqlList(UNSETTLED_CHUNK_STATUSES);
export const SETTLED_CHUNKS = sqlList(SETTLED_CHUNK_STATUSES);
export const OPEN_SUBMISSIONS = sqlList(OPEN_SUBMISSION_STATUSES);
export const ENDED_SUBMISSIONS = sqlList(ENDED_SUBMISSION_STATUSES);

function sqlList(words: readonly string[]): string {
  return `(${words.map((word) => `'${word}'`).join(', ')})`;
}
