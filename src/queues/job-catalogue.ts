/**
 * Every job: its data, its id, its queue. A job's data is ids and nothing else: no transcript, URL or secret ever
 * enters a queue. An id is a wake-up name: adding a job whose id exists does nothing, so the same wish may be
 * expressed by any number of producers.
 */
export interface JobData {
  /** Sends the audio of a chunk to the provider. */
  submit: { chunkId: string; attempt: number };
  /** Looks at the provider once, and records what it says. */
  check: { submissionId: string };
  /** Sends the audio of a chunk to a provider that answers with the transcript, and records it: one long request. */
  transcribe: { submissionId: string };
  /** Corrects the first-stage text of a chunk. */
  correct: { chunkId: string; submissionId: string };
  /** Merges a finished conversation whose chunks have all settled. */
  finalize: { conversationId: string };
  /** Summarizes a finalized conversation. */
  summarize: { conversationId: string };
  /** Tells an endpoint of an event. */
  deliver: { deliveryId: string; round: number };
}

export type JobKind = keyof JobData;

export const JOB_KINDS = [
  'submit',
  'check',
  'transcribe',
  'correct',
  'finalize',
  'summarize',
  'deliver',
] as const satisfies JobKind[];

/** One queue a kind: depth, age and concurrency speak of one thing, and a slow kind never stands before a quick one. */
export const QUEUE_NAMES = {
  submit: 'transcription-submit',
  check: 'transcription-check',
  transcribe: 'transcription-transcribe',
  correct: 'correction',
  finalize: 'conversation-finalize',
  summarize: 'conversation-summarize',
  deliver: 'event-delivery',
} as const satisfies Record<JobKind, string>;

const JOB_IDS: { [K in JobKind]: (data: JobData[K]) => string } = {
  submit: ({ chunkId, attempt }) => `submit.${chunkId}.${String(attempt)}`,
  check: ({ submissionId }) => `check.${submissionId}`,
  transcribe: ({ submissionId }) => `transcribe.${submissionId}`,
  correct: ({ submissionId }) => `correct.${submissionId}`,
  finalize: ({ conversationId }) => `finalize.${conversationId}`,
  summarize: ({ conversationId }) => `summarize.${conversationId}`,
  deliver: ({ deliveryId, round }) => `deliver.${deliveryId}.${String(round)}`,
};

export function jobId<K extends JobKind>(kind: K, data: JobData[K]): string {
  return JOB_IDS[kind](data);
}

/**
 * Tries after a thrown error. They pay for faults of our own stores (a cut connection fails a job that did its work);
 * faults of a provider are handled by the job itself, which sleeps and comes back.
 */
const STORE_FAULT_ATTEMPTS = 30;

/** A correction is given up after these, and the first-stage text becomes final: about half a minute at 1 s base. */
export const CORRECTION_ATTEMPTS = 6;
/** A summary is a convenience; its transcript is there already. */
export const SUMMARY_ATTEMPTS = 6;

export const JOB_ATTEMPTS: Readonly<Record<JobKind, number>> = {
  submit: STORE_FAULT_ATTEMPTS,
  check: STORE_FAULT_ATTEMPTS,
  transcribe: STORE_FAULT_ATTEMPTS,
  correct: CORRECTION_ATTEMPTS,
  finalize: STORE_FAULT_ATTEMPTS,
  summarize: SUMMARY_ATTEMPTS,
  deliver: STORE_FAULT_ATTEMPTS,
};
