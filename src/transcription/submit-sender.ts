import { Injectable, Logger } from '@nestjs/common';
import type { TranscriptParams } from 'assemblyai';
import { AppConfig } from '../config/app-config.js';
import { AssemblyAiClient, SUBMIT_TIMEOUT_MS } from '../providers/assemblyai/assemblyai.client.js';
import { MAX_PHRASES_OF_UNIVERSAL_2, parseHotwords } from '../providers/assemblyai/hotwords.js';
import { type OptionalSetting, SettingRefusedError } from '../providers/assemblyai/setting-refusal.js';
import { buildSubmitRequest } from '../providers/assemblyai/submit-request.js';
import { AudioUrls } from './audio-urls.js';
import { DeliveryStrategy } from './delivery/delivery-strategy.js';
import { expectLanguages } from './language-memory.js';
import { RefusedSettings } from './refused-settings.js';
import type { SubmissionRef } from '../chunks/statements/open-submissions.js';
import { SubmissionsRepository } from '../chunks/submissions.repository.js';
import type { SubmitTask } from './submit-tasks.repository.js';

/** Optional settings of one chunk's request, beside those that the process has learned to omit. */
interface Options {
  hotwords: readonly string[];
  speakerLabels: boolean;
  hasLanguages: boolean;
}

/**
 * Sends the request of a submission. A request that is refused for a setting was not carried out
 * and costs nothing. It is sent again at once without that setting, within the same submission: no
 * chunk fails for an optional setting.
 *
 * This terminates, as every further request lacks something that the previous one had.
 */
@Injectable()
export class SubmitSender {
  private readonly logger = new Logger('Submitter');

  constructor(
    private readonly config: AppConfig,
    private readonly client: AssemblyAiClient,
    private readonly audioUrls: AudioUrls,
    private readonly strategy: DeliveryStrategy,
    private readonly submissions: SubmissionsRepository,
    private readonly refused: RefusedSettings,
  ) {}

  /**
   * Returns a URL of the recording, new at each call unless the sender's own. @throws as AudioUrls
   */
  async urlFor({ audio }: SubmitTask, signal: AbortSignal): Promise<string> {
    return this.audioUrls.urlFor(audio, signal);
  }

  /**
   * Shortens the lease when no answer is expected: the check starts now, and decides after leftMs.
   */
  async shortenLease({ submissionId }: SubmissionRef, leftMs: number, reason: string): Promise<void> {
    await this.submissions.shortenLease(submissionId, leftMs, reason);
  }

  /**
   * Time during which only the submitter may decide anything (rule K4), in milliseconds. It is
   * longer than one request can take plus the time a paused process needs to resume and store the
   * answer. It restarts before each further request of a submission, so it need not cover several.
   */
  get leaseMs(): number {
    return SUBMIT_TIMEOUT_MS + this.config.jobLockMs;
  }

  /**
   * @returns the transcript's id, or undefined when the submission no longer belongs to this sender
   * @throws ProviderError
   */
  async send(task: SubmitTask, ref: SubmissionRef, audioUrl: string): Promise<string | undefined> {
    let options: Options = {
      hotwords: this.hotwordsOf(task),
      speakerLabels: task.speakerLabels,
      hasLanguages: true,
    };
    let mayBeSent = true;
    while (mayBeSent) {
      const request = this.requestFor(task, ref, audioUrl, options);
      try {
        return (await this.client.submit(request)).id;
      } catch (error) {
        if (!(error instanceof SettingRefusedError)) throw error;
        const changed = this.withoutRefused(error, { request, options, task });
        if (changed === undefined) throw error;
        options = changed;
      }
      mayBeSent = await this.submissions.renewLease(ref, this.leaseMs);
    }
    return undefined;
  }

  private requestFor(
    task: SubmitTask,
    ref: SubmissionRef,
    audioUrl: string,
    options: Options,
  ): TranscriptParams {
    const { language, isLanguageSet: isSet, heardLanguages: detected } = task;
    const configured = this.config.transcription.expectedLanguages;
    const { fallback, expected } = options.hasLanguages
      ? expectLanguages({ language, isSet, detected, configured })
      : { fallback: 'auto', expected: undefined };
    return buildSubmitRequest({
      audioUrl,
      language: fallback,
      expectedLanguages: expected,
      refusedLanguages: this.refused.refusedLanguages(),
      speechModels: this.refused.speechModels(),
      speakerLabels: options.speakerLabels,
      hotwords: options.hotwords,
      webhook: this.strategy.callbackRequest(ref.submissionId),
    });
  }

  /** @returns undefined when there is nothing left to omit */
  private withoutRefused(
    error: SettingRefusedError,
    sent: { request: TranscriptParams; options: Options; task: SubmitTask },
  ): Options | undefined {
    for (const setting of error.settings) {
      const options = this.without(setting, error.reason, sent);
      if (options !== undefined) return options;
    }
    return undefined;
  }

  private without(
    setting: OptionalSetting,
    reason: string,
    { request, options, task }: { request: TranscriptParams; options: Options; task: SubmitTask },
  ): Options | undefined {
    switch (setting) {
      case 'speech_models':
        return this.refused.refuseModels({ request, reason, task }) ? options : undefined;
      case 'languages':
        if (!this.refused.refuseLanguages({ request, reason, task })) return undefined;
        return { ...options, hasLanguages: false };
      case 'speaker_labels':
        if (!options.speakerLabels) return undefined;
        this.logger.warn(
          `chunk ${task.chunkId} goes without speaker labels, which were refused: "${reason}"`,
        );
        return { ...options, speakerLabels: false };
      case 'keyterms_prompt':
        return this.withFewerHotwords(reason, options, task);
    }
  }

  /** Sends fewer hotwords: AssemblyAI's older models accept fewer. */
  private withFewerHotwords(reason: string, options: Options, task: SubmitTask): Options | undefined {
    const { length } = options.hotwords;
    if (length === 0) return undefined;
    const kept = length > MAX_PHRASES_OF_UNIVERSAL_2 ? MAX_PHRASES_OF_UNIVERSAL_2 : 0;
    this.logger.warn(
      `chunk ${task.chunkId} goes with ${kept} of its ${length} hotwords, which were refused: "${reason}"`,
    );
    return { ...options, hotwords: options.hotwords.slice(0, kept) };
  }

  private hotwordsOf(task: SubmitTask): string[] {
    const { phrases, dropped } = parseHotwords(task.transcriptPrompt);
    if (dropped.length > 0) {
      const reasons = [...new Set(dropped.map(({ reason }) => reason))].join(', ');
      this.logger.warn(
        `${dropped.length} hotwords of conversation ${task.conversationId} were left out: ${reasons}`,
      );
    }
    return phrases;
  }
}
