import type { Transcript } from './assemblyai/transcript.js';
import type { CorrectionRecord, SummaryRecord, TranscriptionRecord } from './ledger.js';

type Hook<T> = (subject: T) => Promise<void> | void;

/**
 * Moments at which a test may step in, so that a race is played out on purpose instead of by luck. The simulator waits
 * for what the hook returns. A hook that throws fails its request with a 500, or the background work that it stands in.
 */
export interface SimulatorHooks {
  /** The transcript exists, its submitter does not know it yet. */
  beforeSubmitResponse?: Hook<Transcript>;
  /** The answer of a look is decided (its state is read after this hook). */
  beforeGetResponse?: Hook<Transcript>;
  beforeListResponse?: Hook<undefined>;
  /** The job has ended, its callback has not been sent. */
  beforeWebhook?: Hook<Transcript>;
  /** The callback has been delivered or given up. */
  afterWebhook?: Hook<Transcript>;
  /** The recording is heard, who sent it to OpenAI's side has no answer yet. */
  beforeTranscriptionResponse?: Hook<TranscriptionRecord>;
  /** The model has corrected, or listened; its caller has no answer yet. */
  beforeCorrectionResponse?: Hook<CorrectionRecord>;
  beforeSummaryResponse?: Hook<SummaryRecord>;
}
