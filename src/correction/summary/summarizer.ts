import type { ThinkingLevel } from '../providers/language-models/model-catalog.js';
import { summaryMaxOutputTokens } from './budget.js';
import type { LanguageModel, ModelUsage } from '../providers/language-models/language-model.js';
import type { ModelList } from '../providers/language-models/model-list.js';
import { parseSummary } from './answers/parse-summary.js';
import { buildSummaryPrompt, SUMMARY_PROMPT_VERSION, SUMMARY_SCHEMA } from './prompts/summary-prompt.js';

export interface SummaryResult {
  /** Storable; empty when there was nothing to summarize. */
  summary: string;
  /** The exact version that answered, else the requested model. */
  model: string;
  promptVersion: string;
  usage: ModelUsage;
}

/**
 * Summarizes one transcript. Sends one request to each model of the list until one answers.
 * Stateless: running it twice costs twice, but is safe.
 */
export class Summarizer {
  constructor(
    private readonly model: LanguageModel,
    private readonly options: { models: ModelList; thinking: ThinkingLevel; timeoutMs: number },
  ) {}

  /**
   * @param input.isLastTry whether no further call follows, so that every model is tried before the
   * summary is given up
   * @throws ProviderUnavailableError when a retry can help, also after an unusable answer
   * @throws ProviderRejectedError when a retry cannot help: the content, the request or the
   * credentials are refused
   */
  summarize(input: {
    transcript: string;
    language: string;
    signal?: AbortSignal;
    isLastTry?: boolean;
  }): Promise<SummaryResult> {
    return this.options.models.ask(async (model) => {
      const answer = await this.model.generate({
        model,
        ...buildSummaryPrompt(input),
        responseSchema: SUMMARY_SCHEMA,
        maxOutputTokens: summaryMaxOutputTokens(model),
        thinking: this.options.thinking,
        timeoutMs: this.options.timeoutMs,
        signal: input.signal,
      });
      return {
        summary: parseSummary(answer.text, this.model.provider).summary,
        model: answer.modelVersion ?? model,
        promptVersion: SUMMARY_PROMPT_VERSION,
        usage: answer.usage,
      };
    }, input);
  }
}
