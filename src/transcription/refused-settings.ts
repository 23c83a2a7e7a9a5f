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

/** A refused request, and what was said about it. */
export interface Refusal {
  request: TranscriptParams;
  said: string;
  task: Pick<SubmitTask, 'conversationId' | 'language'>;
}

/**
 * Remembers which settings of this process AssemblyAI has refused, so that no request meets the same
 * refusal again. Each is told of once. The memory ends with the process: a start tries every setting
 * anew, as AssemblyAI may take it again.
 */
@Injectable()
export class RefusedSettings implements OnModuleInit {
  private readonly logger = new Logger('Submitter');
  private readonly models = new Set<string>();
  private readonly languages = new Set<string>();
  /** Models that AssemblyAI asked for when it was sent none; undefined as long as it did not. */
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

  /** In order of preference; none: the account's own default. */
  speechModels(): string[] {
    const configured = this.configuredModels().filter((model) => !this.models.has(model));
    return configured.length > 0
      ? configured
      : (this.offered ?? []).filter((model) => !this.models.has(model));
  }

  refusedLanguages(): ReadonlySet<string> {
    return this.languages;
  }

  /** @returns false when the next request would be the same one */
  refuseModels({ request, said }: Refusal): boolean {
    const sent = request.speech_models ?? [];
    if (sent.length === 0) return this.takeOffer(said);
    const added = refusedModels(said, sent).filter((model) => !this.models.has(model));
    for (const model of added) this.models.add(model);
    for (const model of added) this.tellOfModel(model, said);
    return true;
  }

  /**
   * Remembers the languages that the refusal names. It need not name any: the request can do without.
   *
   * @returns false when the request had none
   */
  refuseLanguages({ request, said, task }: Refusal): boolean {
    const sent = languagesSentIn(request);
    if (sent.length === 0) return false;
    const named = refusedLanguages(said, sent);
    if (named.length === 0) {
      this.logger.warn(
        `AssemblyAI refuses a language of a chunk of conversation ${task.conversationId}, ` +
          `whose language is detected among all instead: "${said}"`,
      );
    }
    for (const code of named.filter((language) => !this.languages.has(language))) {
      this.languages.add(code);
      this.tellOfLanguage(code, said, task);
    }
    return true;
  }

  private configuredModels(): readonly string[] {
    return this.config.transcription.speechModels ?? DEFAULT_SPEECH_MODELS;
  }

  /** Only the first offer counts, so that offers and refusals cannot take turns without end. */
  private takeOffer(said: string): boolean {
    if (this.offered !== undefined) return this.speechModels().length > 0;
    this.offered = offeredModels(said);
    const models = this.speechModels();
    if (models.length === 0) return false;
    this.logger.warn(
      `AssemblyAI wants a speech model named ("${said}"); using ${models.join(', ')} until this process starts again`,
    );
    return true;
  }

  private tellOfModel(model: string, said: string): void {
    const left = this.speechModels();
    const instead = left.length === 0 ? "the account's own default" : left.join(', ');
    this.logger.warn(
      `AssemblyAI refuses the speech model ${model} ("${said}"); using ${instead} until this process starts again. ` +
        'Set ASSEMBLYAI_SPEECH_MODELS without it.',
    );
  }

  private tellOfLanguage(code: string, said: string, task: Refusal['task']): void {
    const isOwn = code === languageCode(task.language);
    this.logger.warn(
      `AssemblyAI refuses the language ${code} ("${said}"); going without it until this process starts again. ` +
        (isOwn
          ? `It is the language of conversation ${task.conversationId}, which is detected instead.`
          : 'Set EXPECTED_LANGUAGES without it.'),
    );
  }
}
