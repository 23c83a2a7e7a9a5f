import { DIARIZATION_SCHEMAS } from '../chunks/diarization-schemas.js';
import { Injectable, Logger } from '@nestjs/common';
import { type StoredText, SubmissionOutcomes } from '../chunks/submission-outcomes.js';
import { AppConfig } from '../config/app-config.js';
import { backoffMs } from '../providers/backoff.js';
import {
  ProviderError,
  ProviderNotFoundError,
  ProviderUnavailableError,
} from '../providers/provider-error.js';
import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';
import { submissionIdOf } from '../providers/assemblyai/callback-url.js';
import type { ProviderTranscript } from '../providers/assemblyai/provider-transcript.js';
import { type Reading, readTranscript } from '../providers/assemblyai/read-transcript.js';
import { decideAfterCheck, overdue } from './decide-after-check.js';
import { DeliveryStrategy } from './delivery/delivery-strategy.js';
import { ChecksRepository, type CheckTask } from '../chunks/checks.repository.js';
import { windowSeconds } from '../chunks/windows/window-length.js';
import { finalText, firstStageText } from './first-stage-text.js';
import { rememberable } from './language-memory.js';
import { LostSubmitSearch } from './lost-submit-search.js';
import { ProviderThrottle } from './provider-throttle.js';
import { ended, LEASE_MARGIN_MS, retryOnRace, type Step } from './retry-on-race.js';

type TextReading = Extract<Reading, { kind: 'text' }>;

/** A transcript that was just accepted may not be visible on all of the provider's servers yet. */
const MAX_NOT_FOUND_CHECKS = 5;
/** Error code of a transcript that is too long to read; reading it again cannot help. */
const TOO_LONG = 'text_too_long';

/**
 * Polls the provider once and acts on the answer. It may run at any time and any number of times,
 * for a submission in any state: every change is conditional, and when a change did not apply, the
 * state is read again.
 *
 * Rules, by their names in docs/architecture.md:
 *
 * - K1: a callback is stored before the check is woken, so the check sees every callback
 * - K2: after going to sleep the check reads the callback counter once more, and wakes itself when
 *   it has changed
 * - K3: a lost conditional update means "read again", never "somebody else did it, done"
 * - K4: no verdict "resubmit" while the submitter's lease lasts
 */
@Injectable()
export class Checker {
  private readonly logger = new Logger(Checker.name);

  constructor(
    private readonly config: AppConfig,
    private readonly checks: ChecksRepository,
    private readonly outcomes: SubmissionOutcomes,
    private readonly client: AssemblyAiClient,
    private readonly search: LostSubmitSearch,
    private readonly strategy: DeliveryStrategy,
    private readonly throttle: ProviderThrottle,
  ) {}

  /**
   * @throws Error when races are lost again and again; the queue tries again
   */
  async check(submissionId: string, context: JobContext): Promise<JobOutcome> {
    return retryOnRace(submissionId, context, {
      read: () => this.checks.read(submissionId),
      step: (task) => this.step(task, context.signal),
    });
  }

  private async step(task: CheckTask, signal: AbortSignal): Promise<Step> {
    if (task.status !== 'created' && task.status !== 'submitted') {
      await this.outcomes.followUp(task);
      return DONE;
    }
    try {
      const waitMs = await this.throttle.waitMs();
      if (waitMs > 0) return this.sleep(task, waitMs);
      if (task.transcriptId !== null)
        return await this.judge(task, await this.client.get(task.transcriptId, signal));
      if (task.callbackTranscriptId !== null)
        return await this.tryCallback(task, task.callbackTranscriptId, signal);
      return await this.findLostSubmit(task);
    } catch (error) {
      if (error instanceof ProviderError) return this.afterFault(task, error);
      throw error;
    }
  }

  /** Acts on the provider's answer for the transcript id on record. */
  private async judge(task: CheckTask, transcript: ProviderTranscript): Promise<Step> {
    const { timeoutMs } = this.config.transcription;
    const verdict = decideAfterCheck(task, readTranscript(transcript), timeoutMs);
    switch (verdict.kind) {
      case 'sleep':
        if (task.failedChecks > 0) await this.checks.noteGoodCheck(task.submissionId);
        return this.sleep(task, Math.min(await this.pauseMs(task), timeLeftMs(task, timeoutMs)));
      case 'record':
        return this.record(task, verdict.reading);
      case 'fail':
        return ended(await this.outcomes.fail(task, verdict), verdict.error);
      case 'resubmit':
        return ended(await this.outcomes.resubmit(task, verdict), verdict.error);
    }
  }

  private async record(task: CheckTask, reading: TextReading): Promise<Step> {
    const text = await this.textOf(task, reading);
    if (!(await this.outcomes.record(task, text, rememberable(reading)))) return 'again';
    if (task.strategy !== 'webhook') return DONE;
    const { callbacks, ageMs } = task;
    const { webhook_status_code: status } = reading.raw;
    const webhookStatusCode = typeof status === 'number' ? status : null;
    return { kind: 'done', note: this.strategy.noteText({ callbacks, webhookStatusCode, ageMs }) };
  }

  private async textOf(task: CheckTask, reading: TextReading): Promise<StoredText> {
    if (this.config.transcription.provider === 'AssemblyAI')
      return finalText(task, reading, DIARIZATION_SCHEMAS.assemblyai);
    const { windowSeconds: configured } = this.config.correction;
    const seconds = task.recording.seconds ?? reading.audioDurationSeconds ?? null;
    const target = windowSeconds(configured, { ...task.recording, seconds });
    return { kind: 'first_stage', ...(await firstStageText(task, reading, { windowSeconds: target })) };
  }

  /**
   * Handles a callback that named a transcript before we knew its id. The id is accepted only when
   * the transcript has this submission's callback URL.
   */
  private async tryCallback(task: CheckTask, transcriptId: string, signal: AbortSignal): Promise<Step> {
    let transcript: ProviderTranscript | undefined;
    try {
      transcript = await this.client.get(transcriptId, signal);
    } catch (error) {
      if (!(error instanceof ProviderNotFoundError)) throw error;
    }
    if (submissionIdOf(transcript?.webhook_url) !== task.submissionId) {
      this.logger.warn(
        `a callback named a transcript that does not belong to submission ${task.submissionId}; ignored`,
      );
      await this.checks.dropCallbackTranscript(task.submissionId, transcriptId);
      return 'again';
    }
    await this.outcomes.adopt(task, transcriptId);
    return 'again';
  }

  /**
   * Handles a submission without a known transcript id. While the lease lasts the submitter may
   * still store one; when it has already reported a failure, the transcript is searched for in the
   * meantime. After the lease, either the answer was lost or the request was never sent.
   */
  private async findLostSubmit(task: CheckTask): Promise<Step> {
    if (task.leaseMs > 0 && task.error === null) return this.sleepUntilLeaseEnds(task);
    const found = await this.search.find(task);
    if (found !== undefined) {
      this.logger.log(
        `submission ${task.submissionId}: its transcript was found at the provider, its answer was lost`,
      );
      await this.outcomes.adopt(task, found);
      return 'again';
    }
    if (task.leaseMs > 0) return this.sleepUntilLeaseEnds(task);
    const reason = task.error ?? 'the submit was not answered, and the provider has no transcript of it';
    return ended(await this.outcomes.giveUp(task, { from: 'created', reason }), reason);
  }

  /**
   * Handles an answer that could not be used. The transcript may exist, so nothing is given up
   * before the submission times out. This includes a refused key, as it can be corrected in the
   * meantime.
   */
  private async afterFault(task: CheckTask, error: ProviderError): Promise<Step> {
    const { timeoutMs } = this.config.transcription;
    // First, as the other workers keep sending requests until they see the throttle.
    await this.throttle.noteError(error);
    const failures = await this.checks.noteFailedCheck(task.submissionId, error.message);
    if (task.ageMs > timeoutMs) {
      const failure = overdue(timeoutMs, error.message);
      return ended(await this.outcomes.fail(task, failure), failure.error);
    }
    if (error instanceof ProviderNotFoundError && failures >= MAX_NOT_FOUND_CHECKS) {
      const failure = { error: error.message, errorCode: error.code };
      return ended(await this.outcomes.resubmit(task, failure), error.message);
    }
    if (error.code === TOO_LONG && task.transcriptId !== null) {
      const failure = { error: error.message, errorCode: error.code };
      return ended(await this.outcomes.fail(task, failure), error.message);
    }
    this.logger.warn(`check ${failures} of submission ${task.submissionId} failed: ${error.message}`);
    const retryAfterMs = error instanceof ProviderUnavailableError ? error.retryAfterMs : undefined;
    const pauseMs = backoffMs({ baseMs: this.config.retryBaseMs, failures, retryAfterMs });
    return this.sleep(task, Math.min(pauseMs, timeLeftMs(task, timeoutMs)));
  }

  private async sleepUntilLeaseEnds(task: CheckTask): Promise<JobOutcome> {
    return this.sleep(task, Math.min(task.leaseMs + LEASE_MARGIN_MS, await this.pauseMs(task)));
  }

  private pauseMs(task: CheckTask): Promise<number> {
    return this.throttle.checkPauseMs(this.strategy.nextPauseMs(task.strategy));
  }

  private sleep(task: CheckTask, delayMs: number): JobOutcome {
    const wakeIf = async (): Promise<boolean> =>
      (await this.checks.callbacks(task.submissionId)) > task.callbacks;
    return { kind: 'sleep', delayMs, wakeIf };
  }
}

/**
 * Time until one last check, right when the submission times out instead of a whole pause later.
 */
function timeLeftMs(task: CheckTask, timeoutMs: number): number {
  return Math.max(timeoutMs - task.ageMs, 0) + LEASE_MARGIN_MS;
}
