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
import { finalText, firstStageText, ONE_STAGE_SCHEMA } from './first-stage-text.js';
import { rememberable } from './language-memory.js';
import { LostSubmitSearch } from './lost-submit-search.js';
import { ProviderThrottle } from './provider-throttle.js';
import { ended, LEASE_MARGIN_MS, retryOnRace, type Step } from './retry-on-race.js';

type TextReading = Extract<Reading, { kind: 'text' }>;

/** A transcript that was accepted may take a moment to be known everywhere at the provider. */
const MAX_NOT_FOUND_LOOKS = 5;
/** The code of a transcript that is too long to be read, and will not be shorter the next time. */
const TOO_LONG = 'text_too_long';

/**
 * Looks at the provider once and acts on what it says. It may run at any time, any number of times, for a submission in any
 * state: every change is a conditional one, and a change that did not happen leads to reading again.
 *
 * The rules that it keeps, by the names that docs/architecture.md gives them:
 *
 * K1 a callback is on its submission before this is woken, so there is no callback that it cannot see
 * K2 after falling asleep it reads the callback counter once more, and wakes itself when it has moved
 * K3 a lost conditional update means "read again", never "somebody did it, done"
 * K4 no verdict "resubmit" while the submitter's lease lasts
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

  /** The provider's answer, by the id that is on record. */
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
      return finalText(task, reading, ONE_STAGE_SCHEMA);
    return { kind: 'first_stage', ...(await firstStageText(task, reading)) };
  }

  /** A callback named a transcript before we knew its id. It is believed only when it bears this submission's callback URL. */
  private async tryCallback(task: CheckTask, transcriptId: string, signal: AbortSignal): Promise<Step> {
    let transcript: ProviderTranscript | undefined;
    try {
      transcript = await this.client.get(transcriptId, signal);
    } catch (error) {
      if (!(error instanceof ProviderNotFoundError)) throw error;
    }
    if (submissionIdOf(transcript?.webhook_url) !== task.submissionId) {
      this.logger.warn(
        `a callback named a transcript that is not of submission ${task.submissionId}; ignored`,
      );
      await this.checks.dropCallbackTranscript(task.submissionId, transcriptId);
      return 'again';
    }
    await this.outcomes.adopt(task, transcriptId);
    return 'again';
  }

  /**
   * Nobody knows an id. While the lease lasts the submitter may bring one; when it has told of a failure already, the
   * transcript is looked for meanwhile. After the lease the answer was lost, or the submit was never sent.
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
   * The provider did not answer usefully. The transcript may well be there, so nothing is given up before the submission's
   * time is over: not for a key that is refused either, as it can be mended meanwhile.
   */
  private async afterFault(task: CheckTask, error: ProviderError): Promise<Step> {
    const { timeoutMs } = this.config.transcription;
    // Before anything else: until the others know of it they go on asking.
    await this.throttle.noteError(error);
    const failures = await this.checks.noteFailedCheck(task.submissionId, error.message);
    if (task.ageMs > timeoutMs) {
      const failure = overdue(timeoutMs, error.message);
      return ended(await this.outcomes.fail(task, failure), failure.error);
    }
    if (error instanceof ProviderNotFoundError && failures >= MAX_NOT_FOUND_LOOKS) {
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

/** A submission is looked at once more right when its time is over, not a whole pause later. */
function timeLeftMs(task: CheckTask, timeoutMs: number): number {
  return Math.max(timeoutMs - task.ageMs, 0) + LEASE_MARGIN_MS;
}
