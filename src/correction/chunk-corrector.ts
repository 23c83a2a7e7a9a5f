import { DIARIZATION_SCHEMAS } from '../chunks/diarization-schemas.js';
import { Injectable, Logger } from '@nestjs/common';
import { ChunkTransitions } from '../chunks/chunk-transitions.js';
import type { TokenUse } from '../chunks/texts.js';
import { UncorrectedChunksRepository } from '../chunks/uncorrected-chunks.repository.js';
import { Settlement } from '../coordination/settlement.js';
import type { Diarization } from '../database/schema.js';
import { Metrics } from '../observability/metrics.js';
import {
  ProviderError,
  ProviderRejectedError,
  ProviderUnavailableError,
} from '../providers/provider-error.js';
import type { JobData } from '../queues/job-catalogue.js';
import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { CorrectionsRepository, type CorrectionTask } from './corrections.repository.js';
import { CorrectionAttempt, isRescue, type Call } from './correction-attempt.js';
import type { CorrectionResult } from './corrector.js';
import { finalErrorMessage } from './final-error-message.js';
import { redactionPasses } from './redaction-passes.js';

/**
 * Corrects a chunk's first-stage text, and settles the chunk in any case. Temporary errors are
 * thrown, for the queue to try again. On the last try, or when a retry cannot help, the first-stage
 * text becomes final, with the reason stored beside it. An anonymized chunk fails instead, as its
 * text is withheld.
 *
 * A chunk whose first stage failed is rescued here. It has no text to fall back on: if the rescue
 * fails, so does the chunk, with both reasons.
 */
@Injectable()
export class ChunkCorrector {
  private readonly logger = new Logger(ChunkCorrector.name);

  constructor(
    private readonly corrections: CorrectionsRepository,
    private readonly transitions: ChunkTransitions,
    private readonly uncorrected: UncorrectedChunksRepository,
    private readonly attempt: CorrectionAttempt,
    private readonly settlement: Settlement,
    private readonly metrics: Metrics,
  ) {}

  /** @throws ProviderUnavailableError while another try follows */
  async correct({ chunkId, submissionId }: JobData['correct'], context: JobContext): Promise<JobOutcome> {
    const task = await this.corrections.task(submissionId);
    if (task === undefined) return DONE;
    context.subject.conversationId = task.conversationId;
    let note: string | undefined;
    if (task.status === 'correcting') {
      const outcome = await this.finish(task, context);
      // Another worker was faster, or redaction was requested in the meantime: the current state
      // decides (rule K3).
      if (!outcome.recorded) return { kind: 'sleep', delayMs: 0 };
      note = outcome.note;
    }
    if (task.status !== 'queued' && task.status !== 'transcribing') {
      await this.settlement.settled(task.conversationId, chunkId);
    }
    return { kind: 'done', note };
  }

  /**
   * @returns whether this call settled the chunk, and the message for people when the correction
   * failed
   */
  private async finish(
    task: CorrectionTask,
    { signal, isLastTry, tryNumber }: JobContext,
  ): Promise<{ recorded: boolean; note?: string }> {
    const isRepeated = tryNumber > 1 && task.outputTokens > 0;
    let used: TokenUse | undefined;
    const onUsage = (use: TokenUse): void => {
      used = use;
    };
    try {
      const result = await this.run(task, { signal, isLastTry, isRepeated, onUsage });
      const recorded = await this.store(task, result);
      if (!recorded && used !== undefined) await this.transitions.addTokens(task.chunkId, used);
      return { recorded };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (used !== undefined) await this.transitions.addTokens(task.chunkId, used);
      // A stopped job has not failed: another worker runs it again.
      if (signal.aborted) throw error;
      if (error instanceof ProviderUnavailableError && !isLastTry) throw error;
      const note = finalErrorMessage(error, tryNumber);
      return { recorded: await this.giveUp(task, error, note), note };
    }
  }

  /**
   * Turns an unexpected error of the last try into a rejection, as the chunk would never settle
   * otherwise.
   */
  private async run(task: CorrectionTask, call: Call): Promise<CorrectionResult> {
    try {
      return await this.attempt.run(task, call);
    } catch (error) {
      if (error instanceof ProviderError || !call.isLastTry || call.signal.aborted) throw error;
      const name = error instanceof Error ? error.name : typeof error;
      throw new ProviderRejectedError(`This service itself failed (${name}); see its log.`, {
        provider: 'service',
        code: 'unforeseen',
      });
    }
  }

  private async giveUpRescue(task: CorrectionTask, reason: string): Promise<boolean> {
    const failed = await this.transitions.fail({
      ...task,
      errorCode: task.firstStageErrorCode ?? 'other',
      error:
        `${task.firstStageError ?? ''} The model could not transcribe the recording either: ${reason}`.trim(),
    });
    if (!failed) return false;
    this.logger.warn(`chunk ${task.chunkId} could not be rescued: ${reason}`);
    this.metrics.rescues.inc({ outcome: 'failed' });
    this.metrics.chunksSettled.inc({ status: 'failed' });
    return true;
  }

  private async store(task: CorrectionTask, result: CorrectionResult): Promise<boolean> {
    const stored = await this.transitions.complete({
      ...task,
      transcript: result.text,
      modelUse: { model: result.model, promptVersion: result.promptVersion, ...result.usage },
      ...diarizationOf(task, { note: result.note, error: null }),
      redaction: redactionPasses(result, { isDraftStored: !task.anonymize }),
      isRedacted: task.redactPii,
    });
    if (!stored) return false;
    if (isRescue(task)) this.metrics.rescues.inc({ outcome: 'rescued' });
    else this.metrics.corrections.inc({ outcome: 'corrected' });
    this.metrics.chunksSettled.inc({ status: 'completed' });
    return true;
  }

  private async giveUp(task: CorrectionTask, error: ProviderError, reason: string): Promise<boolean> {
    if (isRescue(task)) return this.giveUpRescue(task, reason);
    this.logger.warn(`chunk ${task.chunkId} could not be corrected: ${reason}`);
    const outcome = error instanceof ProviderRejectedError ? 'refused' : 'tries_exhausted';
    if (!task.anonymize) await this.uncorrected.note(task, { code: error.code, error: reason });
    const settled = task.anonymize
      ? await this.transitions.fail({
          ...task,
          errorCode: 'withheld',
          error: `The text is withheld, as it could not be anonymized: ${reason}`,
        })
      : await this.transitions.complete({
          ...task,
          transcript: task.transcript ?? '',
          ...diarizationOf(task, { note: null, error: reason }),
          isRedacted: task.redactPii,
        });
    if (!settled) return false;
    this.metrics.corrections.inc({ outcome });
    this.metrics.chunksSettled.inc({ status: task.anonymize ? 'failed' : 'completed' });
    return true;
  }
}

/**
 * Builds the diarization. The first stage's raw answer stays in it as `raw`, except for an
 * anonymized chunk.
 */
function diarizationOf(
  task: CorrectionTask,
  result: { note: string | null; error: string | null },
): { diarization: Diarization; keepsRaw: boolean } {
  const { firstStageError: error, firstStageErrorCode: errorCode } = task;
  return {
    diarization: {
      schema: task.anonymize ? DIARIZATION_SCHEMAS.anonymized : DIARIZATION_SCHEMAS.corrected,
      data: {
        note: result.note,
        raw: {},
        error: result.error,
        ...(isRescue(task) && { rescued: { error, errorCode } }),
      },
    },
    // A rescued chunk may have an older answer of the first stage, from which this text was not
    // made.
    keepsRaw: !task.anonymize && !isRescue(task),
  };
}
