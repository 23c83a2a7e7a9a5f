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

/** Settings that one chunk's request goes without, beside what the process has learned to leave out. */
interface Order {
  hotwords: readonly string[];
  speakerLabels: boolean;
  hasLanguages: boolean;
}

/**
 * Sends the request of a submission. A request that is refused for a setting was not carried out and
 * costs nothing. It is sent again at once without that setting, within the same submission: no chunk
 * fails for a setting that it can do without.
 *
 * This comes to an end, as every further request lacks something that the one before had.
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

  /** A URL of the recording, new at each call unless it is the sender's own. @throws as AudioUrls does */
  async urlFor({ audio }: SubmitTask, signal: AbortSignal): Promise<string> {
    return this.audioUrls.urlFor(audio, signal);
  }

  /** No answer is waited for any more: the check may look at once, and conclude after what is left. */
  async shortenLease({ submissionId }: SubmissionRef, leftMs: number, reason: string): Promise<void> {
    await this.submissions.shortenLease(submissionId, leftMs, reason);
  }

  /**
   * How long only the submitter may conclude anything (rule K4), in milliseconds. It is longer than one
   * request can take, and than a process that was stopped for a moment takes to come back and store the
   * answer. Before each further request of a submission it begins anew, so it need not cover several.
   */
  get leaseMs(): number {
    return SUBMIT_TIMEOUT_MS + this.config.jobLockMs;
  }

  /**
   * @returns the transcript's id, or undefined when the submission is no longer this sender's to conclude
   * @throws ProviderError
   */
  async send(task: SubmitTask, ref: SubmissionRef, audioUrl: string): Promise<string | undefined> {
    let order: Order = {
      hotwords: this.hotwordsOf(task),
      speakerLabels: task.speakerLabels,
      hasLanguages: true,
    };
    let mayBeSent = true;
    while (mayBeSent) {
      const request = this.requestFor(task, ref, audioUrl, order);
      try {
        return (await this.client.submit(request)).id;
      } catch (error) {
        if (!(error instanceof SettingRefusedError)) throw error;
        const changed = this.withoutRefused(error, { request, order, task });
        if (changed === undefined) throw error;
        order = changed;
      }
      mayBeSent = await this.submissions.renewLease(ref, this.leaseMs);
    }
    return undefined;
  }

  private requestFor(task: SubmitTask, ref: SubmissionRef, audioUrl: string, order: Order): TranscriptParams {
    const { language, isLanguageSet: isSet, heardLanguages: heard } = task;
    const configured = this.config.transcription.expectedLanguages;
    const { fallback, expected } = order.hasLanguages
      ? expectLanguages({ language, isSet, heard, configured })
      : { fallback: 'auto', expected: undefined };
    return buildSubmitRequest({
      audioUrl,
      language: fallback,
      expectedLanguages: expected,
      refusedLanguages: this.refused.refusedLanguages(),
      speechModels: this.refused.speechModels(),
      speakerLabels: order.speakerLabels,
      hotwords: order.hotwords,
      webhook: this.strategy.callbackRequest(ref.submissionId),
    });
  }

  /** @returns undefined when nothing is left that the request could go without */
  private withoutRefused(
    error: SettingRefusedError,
    sent: { request: TranscriptParams; order: Order; task: SubmitTask },
  ): Order | undefined {
    for (const setting of error.settings) {
      const order = this.without(setting, error.said, sent);
      if (order !== undefined) return order;
    }
    return undefined;
  }

  private without(
    setting: OptionalSetting,
    said: string,
    { request, order, task }: { request: TranscriptParams; order: Order; task: SubmitTask },
  ): Order | undefined {
    switch (setting) {
      case 'speech_models':
        return this.refused.refuseModels({ request, said, task }) ? order : undefined;
      case 'languages':
        if (!this.refused.refuseLanguages({ request, said, task })) return undefined;
        return { ...order, hasLanguages: false };
      case 'speaker_labels':
        if (!order.speakerLabels) return undefined;
        this.logger.warn(`chunk ${task.chunkId} goes without speaker labels, which were refused: "${said}"`);
        return { ...order, speakerLabels: false };
      case 'keyterms_prompt':
        return this.withFewerHotwords(said, order, task);
    }
  }

  /** AssemblyAI takes fewer of them when its better models are refused. */
  private withFewerHotwords(said: string, order: Order, task: SubmitTask): Order | undefined {
    const { length } = order.hotwords;
    if (length === 0) return undefined;
    const kept = length > MAX_PHRASES_OF_UNIVERSAL_2 ? MAX_PHRASES_OF_UNIVERSAL_2 : 0;
    this.logger.warn(
      `chunk ${task.chunkId} goes with ${kept} of its ${length} hotwords, which were refused: "${said}"`,
    );
    return { ...order, hotwords: order.hotwords.slice(0, kept) };
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
