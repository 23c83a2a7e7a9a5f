import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { ChunkFailure } from '../chunks/chunk-transitions.js';
import { Coordination } from '../coordination/coordination.js';
import { Settlement } from '../coordination/settlement.js';
import { Metrics } from '../observability/metrics.js';
import { bestEffort } from '../queues/best-effort.js';
import { JobQueues } from '../queues/job-queues.js';
import type { Reading } from '../providers/assemblyai/read-transcript.js';
import { CallbackLosses } from './callback-losses.js';
import { FirstStageFailures } from './first-stage-failures.js';
import { finalText, firstStageText, ONE_STAGE_SCHEMA } from './first-stage-text.js';
import { rememberable } from './language-memory.js';
import type { SubmissionLook } from '../chunks/looks.repository.js';
import { Resubmission } from './resubmission.js';
import { SubmissionsRepository } from '../chunks/submissions.repository.js';

/**
 * New submissions for one chunk after ones that AssemblyAI accepted and could not finish. AssemblyAI retries on its side as well;
 * pauses from RETRY_BASE_MS upwards outlast a fault of two or three minutes. What lasts longer is left to whoever restarts it.
 */
export const MAX_RESUBMISSIONS = 8;

type TextReading = Extract<Reading, { kind: 'text' }>;

export type EndedSubmission = Pick<
  SubmissionLook,
  'chunkId' | 'submissionId' | 'conversationId' | 'chunkStatus' | 'isCurrent'
>;

/**
 * Ends a submission, one way or another, and starts what follows. Each answers whether it was this call that ended it;
 * what follows may be started any number of times.
 */
@Injectable()
export class SubmissionResults {
  private readonly logger = new Logger(SubmissionResults.name);

  constructor(
    private readonly config: AppConfig,
    private readonly submissions: SubmissionsRepository,
    private readonly queues: JobQueues,
    private readonly coordination: Coordination,
    private readonly settlement: Settlement,
    private readonly failures: FirstStageFailures,
    private readonly resubmission: Resubmission,
    private readonly metrics: Metrics,
    private readonly losses: CallbackLosses,
  ) {}

  /** @returns whether it was this call, and a note for the processing log if there is something to tell */
  async recordText(
    look: SubmissionLook,
    reading: TextReading,
  ): Promise<{ recorded: boolean; note?: string }> {
    const recorded =
      this.config.transcription.provider === 'AssemblyAI'
        ? await this.recordFinal(look, reading)
        : await this.submissions.recordText(look, await firstStageText(look, reading), rememberable(reading));
    if (!recorded) return { recorded };
    this.metrics.submitToTextSeconds.observe({ strategy: look.strategy }, look.ageMs / 1_000);
    await this.forgetCallback(look);
    await this.followUp({
      ...look,
      chunkStatus: this.config.transcription.provider === 'AssemblyAI' ? 'completed' : 'correcting',
    });
    return { recorded, note: this.noteOf(look, reading.raw.webhook_status_code) };
  }

  async fail(look: SubmissionLook, failure: ChunkFailure): Promise<boolean> {
    if (!(await this.failures.ofSubmission(look, failure))) return false;
    await this.forgetCallback(look);
    return true;
  }

  /**
   * Gives a submission up that was accepted and brought nothing, and queues the chunk's next attempt, after ever longer pauses.
   * The last one fails the chunk.
   */
  async resubmit(look: SubmissionLook, { error, errorCode }: ChunkFailure): Promise<boolean> {
    const fruitless = (await this.submissions.countFruitless(look.chunkId)) + 1;
    if (fruitless <= MAX_RESUBMISSIONS) return this.requeue(look, error, fruitless);
    return this.fail(look, {
      error: `AssemblyAI brought no transcript in ${fruitless} submissions; try the chunk again later. The last one: ${error}`,
      errorCode,
    });
  }

  /**
   * Gives the submission up and queues the chunk's next attempt.
   *
   * @param failures so far, for the pause; the chunk's own count begins anew with each submission that is accepted
   */
  async requeue(look: SubmissionLook, reason: string, failures = 0): Promise<boolean> {
    const from = look.transcriptId === null ? 'created' : 'submitted';
    const requeued = await this.submissions.abandon(look, { from, reason });
    if (requeued === undefined) return false;
    this.logger.warn(`submission ${look.submissionId} of chunk ${look.chunkId} came to nothing: ${reason}`);
    await this.forgetCallback(look);
    const failedSubmits = Math.max(requeued.failedSubmits, failures);
    await this.resubmission.queue(look.chunkId, { ...requeued, failedSubmits });
    return true;
  }

  /** What an ended submission has to have started; a run before this one may have died before it did. */
  async followUp(ended: EndedSubmission): Promise<void> {
    const { chunkId, submissionId, conversationId, chunkStatus, isCurrent } = ended;
    if (!isCurrent) return;
    if (chunkStatus === 'correcting') {
      await this.queues.add('correct', { chunkId, submissionId });
    } else if (chunkStatus === 'completed' || chunkStatus === 'failed') {
      await this.settlement.settled(conversationId, chunkId);
    }
  }

  /** Says why a look had to find what a callback should have told. */
  private noteOf(look: SubmissionLook, status: unknown): string | undefined {
    if (look.strategy !== 'webhook' || this.config.transcription.delivery.kind !== 'webhook')
      return undefined;
    const webhookStatusCode = typeof status === 'number' ? status : null;
    return this.losses.note({ callbacks: look.callbacks, webhookStatusCode, ageMs: look.ageMs });
  }

  private async recordFinal(look: SubmissionLook, reading: TextReading): Promise<boolean> {
    const text = await finalText(look, reading, ONE_STAGE_SCHEMA);
    const isWithheld = text.kind === 'withheld';
    const recorded = isWithheld
      ? await this.submissions.fail(look, text, { rescue: false })
      : await this.submissions.recordFinalText(look, text, rememberable(reading));
    if (recorded) this.metrics.chunksSettled.inc({ status: isWithheld ? 'failed' : 'completed' });
    return recorded;
  }

  private async forgetCallback({ submissionId, transcriptId }: SubmissionLook): Promise<void> {
    if (transcriptId === null) return;
    await bestEffort(this.logger, `removing the callback metadata of submission ${submissionId}`, () =>
      this.coordination.deleteCallbackMetadata(transcriptId),
    );
  }
}
