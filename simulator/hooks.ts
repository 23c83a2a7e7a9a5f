import type { Transcript } from './assemblyai/transcript.js';
import type { CorrectionRecord, SummaryRecord, TranscriptionRecord } from './ledger.js';

type Hook<T> = (subject: T) => Promise<void> | void;

/**
 * Points at which a test can intervene, to produce a race deterministically. The simulator waits
 * for the hook's promise. A hook that throws fails its request with a 500, or the background work
 * that called it.
 */
export interface SimulatorHooks {
  /** The transcript exists, but its submitter does not have the id yet. */
  beforeSubmitResponse?: Hook<Transcript>;
  /** The answer to a GET is about to be built; it reads the state after this hook. */
  beforeGetResponse?: Hook<Transcript>;
  beforeListResponse?: Hook<undefined>;
  /** The job has ended, its callback has not been sent. */
  beforeWebhook?: Hook<Transcript>;
  /** The callback has been delivered or given up. */
  afterWebhook?: Hook<Transcript>;
  /** The recording is transcribed, but the client of OpenAI's API has no answer yet. */
  beforeTranscriptionResponse?: Hook<TranscriptionRecord>;
  /** The model has corrected or transcribed; its caller has no answer yet. */
  beforeCorrectionResponse?: Hook<CorrectionRecord>;
  beforeSummaryResponse?: Hook<SummaryRecord>;
}
