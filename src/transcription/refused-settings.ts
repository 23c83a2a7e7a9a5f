import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { TranscriptParams } from 'assemblyai';
import { AppConfig } from '../config/app-config.js';
import { Readiness } from '../observability/readiness.js';
import {
  languagesSentIn,
  offeredModels,
  refusedLanguages,
  refusedModels,
} from '../providers/assemblyai/setting-refusal.js';
import { DEFAULT_SPEECH_MODELS, outdatedSpeechModels } from '../providers/assemblyai/speech-models.js';
import { languageCode } from '../providers/assemblyai/submit-request.js';
import type { SubmitTask } from './submit-tasks.repository.js';

/** A refused request, and the provider's reason. */
export interface Refusal {
  request: TranscriptParams;
  reason: string;
  task: Pick<SubmitTask, 'conversationId' | 'language'>;
}

/**
 * Remembers which settings of this process AssemblyAI has refused, so that no request is refused
 * twice for the same reason. Each refusal is logged once. The memory ends with the process: after a
 * restart every setting is tried anew, as AssemblyAI may accept it again.
 */
@Injectable()
export class RefusedSettings implements OnModuleInit {
  private readonly logger = new Logger('Submitter');
  private readonly models = new Set<string>();
  private readonly languages = new Set<string>();
  /** Models that AssemblyAI listed when a request named none; undefined until then. */
  private offered: readonly string[] | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    const { provider } = this.config.transcription;
    if (provider !== 'Dembrane-25-09' && provider !== 'AssemblyAI') return;
    for (const outdated of outdatedSpeechModels(this.configuredModels())) {
      this.logger.warn(`ASSEMBLYAI_SPEECH_MODELS names ${outdated}`);
    }
    this.readiness.registerDetail('assemblyai', () =>
      Promise.resolve({ refusedSpeechModels: [...this.models], refusedLanguages: [...this.languages] }),
    );
  }

  /** Models in order of preference; none: the account's own default. */
  speechModels(): string[] {
    const configured = this.configuredModels().filter((model) => !this.models.has(model));
    return configured.length > 0
      ? configured
      : (this.offered ?? []).filter((model) => !this.models.has(model));
  }

  refusedLanguages(): ReadonlySet<string> {
    return this.languages;
  }

  /** @returns false when the next request would be identical */
  refuseModels({ request, reason }: Refusal): boolean {
    const sent = request.speech_models ?? [];
    if (sent.length === 0) return this.useOfferedModels(reason);
    const added = refusedModels(reason, sent).filter((model) => !this.models.has(model));
    for (const model of added) this.models.add(model);
    for (const model of added) this.warnAboutModel(model, reason);
    return true;
  }

  /**
   * Remembers the languages that the refusal names. When it names none, only this request goes
   * without languages.
   *
   * @returns false when the request had no languages
   */
  refuseLanguages({ request, reason, task }: Refusal): boolean {
    const sent = languagesSentIn(request);
    if (sent.length === 0) return false;
    const named = refusedLanguages(reason, sent);
    if (named.length === 0) {
      this.logger.warn(
        `AssemblyAI refuses a language of a chunk of conversation ${task.conversationId}, ` +
          `whose language is detected among all instead: "${reason}"`,
      );
    }
    for (const code of named.filter((language) => !this.languages.has(language))) {
      this.languages.add(code);
      this.warnAboutLanguage(code, reason, task);
    }
    return true;
  }

  private configuredModels(): readonly string[] {
    return this.config.transcription.speechModels ?? DEFAULT_SPEECH_MODELS;
  }

  /** Uses only the first list offered: otherwise offers and refusals could alternate forever. */
  private useOfferedModels(reason: string): boolean {
    if (this.offered !== undefined) return this.speechModels().length > 0;
    this.offered = offeredModels(reason);
    const models = this.speechModels();
    if (models.length === 0) return false;
    this.logger.warn(
      `AssemblyAI wants a speech model named ("${reason}"); using ${models.join(', ')} until this process starts again`,
    );
    return true;
  }

  private warnAboutModel(model: string, reason: string): void {
    const left = this.speechModels();
    const instead = left.length === 0 ? "the account's own default" : left.join(', ');
    this.logger.warn(
      `AssemblyAI refuses the speech model ${model} ("${reason}"); using ${instead} until this process starts again. ` +
        'Set ASSEMBLYAI_SPEECH_MODELS without it.',
    );
  }

  private warnAboutLanguage(code: string, reason: string, task: Refusal['task']): void {
    const isOwn = code === languageCode(task.language);
    this.logger.warn(
      `AssemblyAI refuses the language ${code} ("${reason}"); going without it until this process starts again. ` +
        (isOwn
          ? `It is the language of conversation ${task.conversationId}, which is detected instead.`
          : 'Set EXPECTED_LANGUAGES without it.'),
    );
  }
}
