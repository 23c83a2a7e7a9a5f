import { Injectable, Logger } from '@nestjs/common';
import { ChunkTransitions } from '../chunks/chunk-transitions.js';
import type { TokenUse } from '../chunks/texts.js';
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
import { finalWords } from './final-words.js';
import { redactionPasses } from './redaction-passes.js';

/** Names that readers of the API know the data by. */
const CORRECTED_SCHEMA = 'Dembrane-25-09';
const REDACTED_SCHEMA = 'Dembrane-26-01-redaction';

/**
 * Corrects a chunk's first-stage text, and settles the chunk whatever comes of it. What can pass is thrown, for the queue to
 * try again; on the last try, or when trying again cannot help, the first-stage text becomes final with the reason beside
 * it. An anonymized chunk fails instead: its text is withheld.
 *
 * A chunk whose first stage failed comes here to be rescued. It has no text to fall back on: it fails, with both reasons.
 */
@Injectable()
export class ChunkCorrector {
  private readonly logger = new Logger(ChunkCorrector.name);

  constructor(
    private readonly corrections: CorrectionsRepository,
    private readonly transitions: ChunkTransitions,
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
      const ending = await this.end(task, context);
      // Somebody else was faster, or redaction was asked for meanwhile: what is true now decides (rule K3).
      if (!ending.happened) return { kind: 'sleep', delayMs: 0 };
      note = ending.note;
    }
    if (task.status !== 'queued' && task.status !== 'transcribing') {
      await this.settlement.settled(task.conversationId, chunkId);
    }
    return { kind: 'done', note };
  }

  /** @returns whether it was this call that ended the chunk, and what a person is told of a correction that failed */
  private async end(
    task: CorrectionTask,
    { signal, isLastTry, tryNumber }: JobContext,
  ): Promise<{ happened: boolean; note?: string }> {
    const isRepeated = tryNumber > 1 && task.outputTokens > 0;
    let used: TokenUse | undefined;
    const onUsage = (use: TokenUse): void => {
      used = use;
    };
    try {
      const result = await this.run(task, { signal, isLastTry, isRepeated, onUsage });
      const happened = await this.store(task, result);
      if (!happened && used !== undefined) await this.transitions.addTokens(task.chunkId, used);
      return { happened };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (used !== undefined) await this.transitions.addTokens(task.chunkId, used);
      // A job that was stopped has not failed: it is run again, by another worker.
      if (signal.aborted) throw error;
      if (error instanceof ProviderUnavailableError && !isLastTry) throw error;
      const note = finalWords(error, tryNumber);
      return { happened: await this.giveUp(task, error, note), note };
    }
  }

  /** Takes an unforeseen error for a refusal once it has been tried often enough: the chunk would never settle otherwise. */
  private async run(task: CorrectionTask, call: Call): Promise<CorrectionResult> {
    try {
      return await this.attempt.run(task, call);
    } catch (error) {
      if (error instanceof ProviderError || !call.isLastTry || call.signal.aborted) throw error;
      const name = error instanceof Error ? error.name : typeof error;
      throw new ProviderRejectedError(`This service itself failed at it (${name}); its log tells more.`, {
        provider: 'service',
        code: 'unforeseen',
      });
    }
  }

  private async giveUpRescue(task: CorrectionTask, words: string): Promise<boolean> {
    const failed = await this.transitions.fail({
      ...task,
      errorCode: task.firstStageErrorCode ?? 'other',
      error:
        `${task.firstStageError ?? ''} The model could not transcribe the recording either: ${words}`.trim(),
    });
    if (!failed) return false;
    this.logger.warn(`chunk ${task.chunkId} could not be rescued: ${words}`);
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

  private async giveUp(task: CorrectionTask, error: ProviderError, words: string): Promise<boolean> {
    if (isRescue(task)) return this.giveUpRescue(task, words);
    this.logger.warn(`chunk ${task.chunkId} could not be corrected: ${words}`);
    const outcome = error instanceof ProviderRejectedError ? 'refused' : 'tries_exhausted';
    const settled = task.anonymize
      ? await this.transitions.fail({
          ...task,
          errorCode: 'withheld',
          error: `The text is withheld, as it could not be anonymized: ${words}`,
        })
      : await this.transitions.complete({
          ...task,
          transcript: task.transcript ?? '',
          ...diarizationOf(task, { note: null, error: words }),
          isRedacted: task.redactPii,
        });
    if (!settled) return false;
    this.metrics.corrections.inc({ outcome });
    this.metrics.chunksSettled.inc({ status: task.anonymize ? 'failed' : 'completed' });
    return true;
  }
}

/** The provider's answer of the first stage stays beside the final text as `raw`; of an anonymized chunk there is none. */
function diarizationOf(
  task: CorrectionTask,
  result: { note: string | null; error: string | null },
): { diarization: Diarization; keepsRaw: boolean } {
  const { firstStageError: error, firstStageErrorCode: errorCode } = task;
  return {
    diarization: {
      schema: task.anonymize ? REDACTED_SCHEMA : CORRECTED_SCHEMA,
      data: {
        note: result.note,
        raw: {},
        error: result.error,
        ...(isRescue(task) && { rescued: { error, errorCode } }),
      },
    },
    // Of a rescued chunk that was transcribed before, the older answer is not what this text was made of.
    keepsRaw: !task.anonymize && !isRescue(task),
  };
}
