/**
 * Data of every kind of job. It contains only ids: no transcript, URL or secret ever enters a
 * queue. The id of a job follows from its data, and adding a job whose id exists does nothing. So
 * any number of producers may add the same job.
 */
export interface JobData {
  /** Sends the audio of a chunk to the provider. */
  submit: { chunkId: string; attempt: number };
  /** Polls the provider once, and records its answer. */
  check: { submissionId: string };
  /** Sends the audio of a chunk to a provider whose answer is the transcript: one long request. */
  transcribe: { submissionId: string };
  /**
   * Corrects a window of a chunk's first-stage text. Without `window` and `round`: the first round
   * of the first window, which is the whole text of a short recording.
   */
  correct: { chunkId: string; submissionId: string; window?: number; round?: number };
  /** Merges a finished conversation whose chunks have all settled. */
  finalize: { conversationId: string };
  /** Summarizes a finalized conversation. */
  summarize: { conversationId: string };
  /** Sends an event to an endpoint. */
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

/** Queue of each kind, so that metrics are per kind and no kind waits behind a slower one. */
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
  // The first window has the id that an earlier release gives to the correction of the whole text.
  correct: ({ submissionId, window = 0, round = 1 }) =>
    window === 0 && round === 1
      ? `correct.${submissionId}`
      : `correct.${submissionId}.${String(round)}.${String(window)}`,
  finalize: ({ conversationId }) => `finalize.${conversationId}`,
  summarize: ({ conversationId }) => `summarize.${conversationId}`,
  deliver: ({ deliveryId, round }) => `deliver.${deliveryId}.${String(round)}`,
};

export function jobId<K extends JobKind>(kind: K, data: JobData[K]): string {
  return JOB_IDS[kind](data);
}

/**
 * Attempts of a job that throws errors, for faults of our own stores: a broken connection fails a
 * job that did its work. For faults of a provider, the job itself sleeps and comes back; a summary,
 * which is several requests, counts the tries of each in the record.
 */
const STORE_FAULT_ATTEMPTS = 30;

/**
 * Attempts of a correction, about half a minute at 1 s base; then the first-stage text is final.
 */
const CORRECTION_ATTEMPTS = 6;

export const JOB_ATTEMPTS: Readonly<Record<JobKind, number>> = {
  submit: STORE_FAULT_ATTEMPTS,
  check: STORE_FAULT_ATTEMPTS,
  transcribe: STORE_FAULT_ATTEMPTS,
  correct: CORRECTION_ATTEMPTS,
  finalize: STORE_FAULT_ATTEMPTS,
  summarize: STORE_FAULT_ATTEMPTS,
  deliver: STORE_FAULT_ATTEMPTS,
};
