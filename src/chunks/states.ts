/**
 * The states of a chunk and of its submissions: what holds in each, and what leads out. Nothing
 * else defines them. Every statement that changes one is in this folder; docs/architecture.md has
 * the diagrams.
 *
 * Chunk
 *
 *   queued        waits for its submission to be accepted; `attempt` counts how often it came here
 *   transcribing  the provider has the recording, `submission_id` says as which submission
 *   correcting    the first-stage text is stored (unless the conversation is anonymized), and its
 *                 correction is owed; or the first stage has failed, and a rescue is owed: the
 *                 submission's status tells which
 *   completed     the final text is stored
 *   failed        no text can be had; `error` says why
 *
 *   queued       -> transcribing | correcting (rescue) | failed | queued (a new attempt)
 *   transcribing -> correcting | completed | failed | queued (the submission is abandoned)
 *   correcting   -> completed | failed
 *   completed, failed -> queued, only by a restart that somebody asked for
 *
 * Submission: one request to the provider, made at most once
 *
 *   created    the row, and its check, are there; the request may be on its way until `lease_until`
 *   submitted  the provider's transcript id is known; or, where a request is answered with the
 *              text, the request is under way until `lease_until`
 *   completed  its text is recorded
 *   failed     it brought no text, and the chunk failed with it or is to be rescued
 *   abandoned  it came to nothing that is known of; the chunk is queued again
 *
 *   created   -> submitted | failed | abandoned
 *   submitted -> completed | failed | abandoned
 *
 * Rules
 *
 * S1 A state changes by one conditional UPDATE, or by one transaction of several, which answers
 *    whether it happened. Who changed no row was slower than somebody else, and reads again (K3 of
 *    docs/architecture.md).
 * S2 A submission and its chunk change together.
 * S3 Every result names the submission it comes from: what an abandoned or older one brings changes
 *    no row.
 * S4 A chunk has one open submission at most; a unique index holds that.
 * S5 Rows are locked in the order of their ids, submissions before chunks, so that processes do not
 *    lock each other out.
 * S6 Statements that every chunk goes through compare states by `is not distinct from`: for `=` the
 *    server may take the index of all open ones, which it believes to be few, and walk through the
 *    whole backlog each time.
 */

export const CHUNK_STATUSES = ['queued', 'transcribing', 'correcting', 'completed', 'failed'] as const;
export type ChunkStatus = (typeof CHUNK_STATUSES)[number];

/** A chunk in one of these has not settled; it still owes its conversation a result. */
export const UNSETTLED_CHUNK_STATUSES = ['queued', 'transcribing', 'correcting'] as const;
/** A chunk in one of these waits for its first-stage text. */
export const FIRST_STAGE_STATUSES = ['queued', 'transcribing'] as const;
export const SETTLED_CHUNK_STATUSES = ['completed', 'failed'] as const;

export type SubmissionStatus = 'created' | 'submitted' | 'completed' | 'failed' | 'abandoned';

/** A submission in one of these may still bring a result. */
export const OPEN_SUBMISSION_STATUSES = ['created', 'submitted'] as const;
const ENDED_SUBMISSION_STATUSES = ['completed', 'failed', 'abandoned'] as const;

/** The lists as SQL: with a parameter the server would not see its partial index. */
export const UNSETTLED_CHUNKS = sqlList(UNSETTLED_CHUNK_STATUSES);
export const SETTLED_CHUNKS = sqlList(SETTLED_CHUNK_STATUSES);
export const OPEN_SUBMISSIONS = sqlList(OPEN_SUBMISSION_STATUSES);
export const ENDED_SUBMISSIONS = sqlList(ENDED_SUBMISSION_STATUSES);

function sqlList(words: readonly string[]): string {
  return `(${words.map((word) => `'${word}'`).join(', ')})`;
}
