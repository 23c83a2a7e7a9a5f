import { Injectable, Logger } from '@nestjs/common';
import { ChunkTransitions } from '../chunks/chunk-transitions.js';
import type { WindowResult } from '../chunks/statements/settle-windows.js';
import type { TokenUse } from '../chunks/texts.js';
import { UncorrectedChunksRepository } from '../chunks/uncorrected-chunks.repository.js';
import { WindowsRepository, type StoredWindow } from '../chunks/windows/windows.repository.js';
import { Settlement } from '../coordination/settlement.js';
import { Metrics } from '../observability/metrics.js';
import {
  ProviderError,
  ProviderRejectedError,
  ProviderUnavailableError,
} from '../providers/provider-error.js';
import type { JobData } from '../queues/job-catalogue.js';
import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { CorrectionsRepository, isRescue, type WindowTask } from './corrections.repository.js';
import { CorrectionAttempt, type Attempted, type Call } from './correction-attempt.js';
import { finalErrorMessage } from './final-error-message.js';
import { redactionPasses } from './redaction-passes.js';
import { completedText, type Part } from './windows/completed-text.js';

/** `settled`: the window has its result, and others of its chunk are pending. */
type Ending = 'completed' | 'settled' | 'stale';
type Outcome = 'corrected' | 'refused' | 'tries_exhausted';

/**
 * Corrects a window of a chunk's first-stage text, and settles the window in any case, and with the
 * last one the chunk. Temporary errors are thrown, for the queue to try again. On the last try, or
 * when a retry cannot help, the first-stage text becomes final, with the reason stored beside it.
 * An anonymized chunk fails instead, as its text is withheld.
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
    private readonly windows: WindowsRepository,
    private readonly uncorrected: UncorrectedChunksRepository,
    private readonly attempt: CorrectionAttempt,
    private readonly settlement: Settlement,
    private readonly metrics: Metrics,
  ) {}

  /** @throws ProviderUnavailableError while another try follows */
  async correct(data: JobData['correct'], context: JobContext): Promise<JobOutcome> {
    const task = await this.corrections.task(data);
    if (task === undefined) return DONE;
    context.subject.conversationId = task.conversationId;
    let note: string | undefined;
    if (task.status === 'correcting') {
      if (!task.window.isOwed) return DONE;
      const outcome = await this.finish(task, context);
      // Another worker was faster, or redaction was requested in the meantime: the current state
      // decides (rule K3).
      if (outcome.ending === 'stale') return { kind: 'sleep', delayMs: 0 };
      note = outcome.note;
      if (outcome.ending === 'settled') return { kind: 'done', note };
    }
    if (task.status !== 'queued' && task.status !== 'transcribing') {
      await this.settlement.settled(task.conversationId, task.chunkId);
    }
    return { kind: 'done', note };
  }

  /**
   * @returns what this call settled, and the message for people when the correction failed
   */
  private async finish(
    task: WindowTask,
    { signal, isLastTry, tryNumber }: JobContext,
  ): Promise<{ ending: Ending; note?: string }> {
    const isRepeated = tryNumber > 1 && task.window.outputTokens > 0;
    let used: TokenUse | undefined;
    const onUsage = (use: TokenUse): void => {
      used = use;
    };
    try {
      const result = await this.run(task, { signal, isLastTry, isRepeated, onUsage });
      const ending = await this.store(task, result);
      if (ending === 'stale' && used !== undefined) await this.windows.addTokens(task.window, used);
      return { ending };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (used !== undefined) await this.windows.addTokens(task.window, used);
      // A stopped job has not failed: another worker runs it again.
      if (signal.aborted) throw error;
      if (error instanceof ProviderUnavailableError && !isLastTry) throw error;
      const note = finalErrorMessage(error, tryNumber);
      return { ending: await this.giveUp(task, error, note), note };
    }
  }

  /**
   * Turns an unexpected error of the last try into a rejection, as the chunk would never settle
   * otherwise.
   */
  private async run(task: WindowTask, call: Call): Promise<Attempted> {
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

  private async store(task: WindowTask, result: Attempted): Promise<Ending> {
    const { window } = task;
    const settled: WindowResult = {
      ...window,
      status: 'corrected',
      // The text of the only window is that of its chunk.
      transcript: window.windows === 1 ? null : result.text,
      note: result.note,
      usedAudio: result.usedAudio,
      audioOmitted: result.audioOmitted,
      modelUse: { model: result.model, promptVersion: result.promptVersion, ...result.usage },
      redaction: redactionPasses(result, { isDraftStored: !task.anonymize }),
      isRedacted: task.redactPii,
    };
    const ending = await this.settle(task, settled, { outcome: 'corrected', result });
    if (ending !== 'stale' && isRescue(task)) this.metrics.rescues.inc({ outcome: 'rescued' });
    return ending;
  }

  private async giveUp(task: WindowTask, error: ProviderError, reason: string): Promise<Ending> {
    if (isRescue(task)) return this.giveUpRescue(task, reason);
    const { window } = task;
    const name = window.windows === 1 ? '' : `window ${window.ordinal + 1} of `;
    this.logger.warn(`${name}chunk ${task.chunkId} could not be corrected: ${reason}`);
    const outcome = error instanceof ProviderRejectedError ? 'refused' : 'tries_exhausted';
    if (task.anonymize) return this.withhold(task, { outcome, reason });
    await this.uncorrected.note(task, { code: error.code, error: reason });
    const settled: WindowResult = {
      ...window,
      status: 'uncorrected',
      transcript: null,
      error: reason,
      errorCode: error.code,
      usedAudio: false,
      isRedacted: task.redactPii,
    };
    return this.settle(task, settled, { outcome });
  }

  /** The text of an anonymized chunk whose window cannot be redacted is withheld as a whole. */
  private async withhold(
    task: WindowTask,
    { outcome, reason }: { outcome: Outcome; reason: string },
  ): Promise<Ending> {
    const failed = await this.transitions.fail({
      ...task,
      errorCode: 'withheld',
      error: `The text is withheld, as it could not be anonymized: ${reason}`,
    });
    if (!failed) return 'stale';
    this.metrics.correctedWindows.inc({ outcome });
    this.metrics.corrections.inc({ outcome });
    this.metrics.chunksSettled.inc({ status: 'failed' });
    return 'completed';
  }

  /** Settles the window; the last one of its chunk completes the chunk with the texts of all. */
  private async settle(
    task: WindowTask,
    settled: WindowResult,
    { outcome, result }: { outcome: Outcome; result?: Attempted },
  ): Promise<Ending> {
    let ofChunk: Outcome | 'partly' = outcome;
    const ending = await this.windows.settle(settled, async (others) => {
      const parts = partsOf(task, { settled, others, text: result?.text ?? null });
      if (!parts.every(({ error }) => (error === null) === (outcome === 'corrected'))) ofChunk = 'partly';
      const completes = completedText(task, parts);
      if (result !== undefined && others.length > 0) {
        const draft = result.wholeDraft ?? parts.map(({ text }) => text ?? '').join(' ');
        await this.attempt.judgeWhole(completes.transcript, draft);
      }
      return completes;
    });
    if (ending === 'stale') return ending;
    if (!isRescue(task)) this.metrics.correctedWindows.inc({ outcome });
    if (ending === 'settled') return ending;
    if (!isRescue(task)) this.metrics.corrections.inc({ outcome: ofChunk });
    this.metrics.chunksSettled.inc({ status: 'completed' });
    return ending;
  }

  private async giveUpRescue(task: WindowTask, reason: string): Promise<Ending> {
    const failed = await this.transitions.fail({
      ...task,
      errorCode: task.firstStageErrorCode ?? 'other',
      error:
        `${task.firstStageError ?? ''} The model could not transcribe the recording either: ${reason}`.trim(),
    });
    if (!failed) return 'stale';
    this.logger.warn(`chunk ${task.chunkId} could not be rescued: ${reason}`);
    this.metrics.rescues.inc({ outcome: 'failed' });
    this.metrics.chunksSettled.inc({ status: 'failed' });
    return 'completed';
  }
}

/** Lists all windows of the chunk in their order. */
function partsOf(
  task: WindowTask,
  { settled, others, text }: { settled: WindowResult; others: readonly StoredWindow[]; text: string | null },
): Part[] {
  const { ordinal, startMs, endMs } = task.window;
  const own: Part = {
    ...{ ordinal, startMs, endMs },
    text: task.transcript,
    transcript: text,
    note: settled.note ?? null,
    error: settled.error ?? null,
    audioOmitted: settled.audioOmitted ?? null,
    model: settled.modelUse?.model ?? null,
    promptVersion: settled.modelUse?.promptVersion ?? null,
    redaction: settled.redaction ?? null,
  };
  return [...others, own].sort((one, other) => one.ordinal - other.ordinal);
}
