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
import { decideAfterLook, overdue } from './decide-after-look.js';
import { DeliveryStrategy } from './delivery/delivery-strategy.js';
import { LooksRepository, type SubmissionLook } from '../chunks/looks.repository.js';
import { finalText, firstStageText, ONE_STAGE_SCHEMA } from './first-stage-text.js';
import { rememberable } from './language-memory.js';
import { LostSubmitSearch } from './lost-submit-search.js';
import { ProviderPace } from './provider-pace.js';
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
    private readonly looks: LooksRepository,
    private readonly outcomes: SubmissionOutcomes,
    private readonly client: AssemblyAiClient,
    private readonly search: LostSubmitSearch,
    private readonly strategy: DeliveryStrategy,
    private readonly pace: ProviderPace,
  ) {}

  /**
   * @throws Error when races are lost again and again; the queue tries again
   */
  async check(submissionId: string, context: JobContext): Promise<JobOutcome> {
    return retryOnRace(submissionId, context, {
      read: () => this.looks.read(submissionId),
      step: (look) => this.step(look, context.signal),
    });
  }

  private async step(look: SubmissionLook, signal: AbortSignal): Promise<Step> {
    if (look.status !== 'created' && look.status !== 'submitted') {
      await this.outcomes.followUp(look);
      return DONE;
    }
    try {
      const waitMs = await this.pace.waitMs();
      if (waitMs > 0) return this.sleep(look, waitMs);
      if (look.transcriptId !== null)
        return await this.judge(look, await this.client.get(look.transcriptId, signal));
      if (look.callbackTranscriptId !== null)
        return await this.tryCallback(look, look.callbackTranscriptId, signal);
      return await this.findLostSubmit(look);
    } catch (error) {
      if (error instanceof ProviderError) return this.afterFault(look, error);
      throw error;
    }
  }

  /** The provider's answer, by the id that is on record. */
  private async judge(look: SubmissionLook, transcript: ProviderTranscript): Promise<Step> {
    const { timeoutMs } = this.config.transcription;
    const verdict = decideAfterLook(look, readTranscript(transcript), timeoutMs);
    switch (verdict.kind) {
      case 'sleep':
        if (look.failedLooks > 0) await this.looks.noteGoodLook(look.submissionId);
        return this.sleep(look, Math.min(await this.pauseMs(look), timeLeftMs(look, timeoutMs)));
      case 'record':
        return this.record(look, verdict.reading);
      case 'fail':
        return ended(await this.outcomes.fail(look, verdict), verdict.error);
      case 'resubmit':
        return ended(await this.outcomes.resubmit(look, verdict), verdict.error);
    }
  }

  private async record(look: SubmissionLook, reading: TextReading): Promise<Step> {
    const text = await this.textOf(look, reading);
    if (!(await this.outcomes.record(look, text, rememberable(reading)))) return 'again';
    if (look.strategy !== 'webhook') return DONE;
    const { callbacks, ageMs } = look;
    const { webhook_status_code: status } = reading.raw;
    const webhookStatusCode = typeof status === 'number' ? status : null;
    return { kind: 'done', note: this.strategy.noteText({ callbacks, webhookStatusCode, ageMs }) };
  }

  private async textOf(look: SubmissionLook, reading: TextReading): Promise<StoredText> {
    if (this.config.transcription.provider === 'AssemblyAI')
      return finalText(look, reading, ONE_STAGE_SCHEMA);
    return { kind: 'first_stage', ...(await firstStageText(look, reading)) };
  }

  /** A callback named a transcript before we knew its id. It is believed only when it bears this submission's callback URL. */
  private async tryCallback(look: SubmissionLook, transcriptId: string, signal: AbortSignal): Promise<Step> {
    let transcript: ProviderTranscript | undefined;
    try {
      transcript = await this.client.get(transcriptId, signal);
    } catch (error) {
      if (!(error instanceof ProviderNotFoundError)) throw error;
    }
    if (submissionIdOf(transcript?.webhook_url) !== look.submissionId) {
      this.logger.warn(
        `a callback named a transcript that is not of submission ${look.submissionId}; ignored`,
      );
      await this.looks.dropCallbackTranscript(look.submissionId, transcriptId);
      return 'again';
    }
    await this.outcomes.adopt(look, transcriptId);
    return 'again';
  }

  /**
   * Nobody knows an id. While the lease lasts the submitter may bring one; when it has told of a failure already, the
   * transcript is looked for meanwhile. After the lease the answer was lost, or the submit was never sent.
   */
  private async findLostSubmit(look: SubmissionLook): Promise<Step> {
    if (look.leaseMs > 0 && look.error === null) return this.sleepUntilLeaseEnds(look);
    const found = await this.search.find(look);
    if (found !== undefined) {
      this.logger.log(
        `submission ${look.submissionId}: its transcript was found at the provider, its answer was lost`,
      );
      await this.outcomes.adopt(look, found);
      return 'again';
    }
    if (look.leaseMs > 0) return this.sleepUntilLeaseEnds(look);
    const reason = look.error ?? 'the submit was not answered, and the provider has no transcript of it';
    return ended(await this.outcomes.giveUp(look, { from: 'created', reason }), reason);
  }

  /**
   * The provider did not answer usefully. The transcript may well be there, so nothing is given up before the submission's
   * time is over: not for a key that is refused either, as it can be mended meanwhile.
   */
  private async afterFault(look: SubmissionLook, error: ProviderError): Promise<Step> {
    const { timeoutMs } = this.config.transcription;
    // Before anything else: until the others know of it they go on asking.
    await this.pace.heed(error);
    const failures = await this.looks.noteFailedLook(look.submissionId, error.message);
    if (look.ageMs > timeoutMs) {
      const failure = overdue(timeoutMs, error.message);
      return ended(await this.outcomes.fail(look, failure), failure.error);
    }
    if (error instanceof ProviderNotFoundError && failures >= MAX_NOT_FOUND_LOOKS) {
      const failure = { error: error.message, errorCode: error.code };
      return ended(await this.outcomes.resubmit(look, failure), error.message);
    }
    if (error.code === TOO_LONG && look.transcriptId !== null) {
      const failure = { error: error.message, errorCode: error.code };
      return ended(await this.outcomes.fail(look, failure), error.message);
    }
    this.logger.warn(`look ${failures} at submission ${look.submissionId} failed: ${error.message}`);
    const retryAfterMs = error instanceof ProviderUnavailableError ? error.retryAfterMs : undefined;
    const pauseMs = backoffMs({ baseMs: this.config.retryBaseMs, failures, retryAfterMs });
    return this.sleep(look, Math.min(pauseMs, timeLeftMs(look, timeoutMs)));
  }

  private async sleepUntilLeaseEnds(look: SubmissionLook): Promise<JobOutcome> {
    return this.sleep(look, Math.min(look.leaseMs + LEASE_MARGIN_MS, await this.pauseMs(look)));
  }

  private pauseMs(look: SubmissionLook): Promise<number> {
    return this.pace.lookPauseMs(this.strategy.nextPauseMs(look.strategy));
  }

  private sleep(look: SubmissionLook, delayMs: number): JobOutcome {
    const wakeIf = async (): Promise<boolean> =>
      (await this.looks.callbacks(look.submissionId)) > look.callbacks;
    return { kind: 'sleep', delayMs, wakeIf };
  }
}

/** A submission is looked at once more right when its time is over, not a whole pause later. */
function timeLeftMs(look: SubmissionLook, timeoutMs: number): number {
  return Math.max(timeoutMs - look.ageMs, 0) + LEASE_MARGIN_MS;
}
