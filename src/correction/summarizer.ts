import type { ThinkingLevel } from '../providers/language-models/model-catalogue.js';
import { summaryMaxOutputTokens } from './budget.js';
import type { LanguageModel, ModelUsage } from '../providers/language-models/language-model.js';
import type { ModelList } from '../providers/language-models/model-list.js';
import { parseSummary } from './answers/parse-summary.js';
import { buildSummaryPrompt, SUMMARY_PROMPT_VERSION, SUMMARY_SCHEMA } from './prompts/summary-prompt.js';

export interface SummaryResult {
  /** Storable; empty when there was nothing to summarize. */
  summary: string;
  /** The exact version that answered, else the model that was asked. */
  model: string;
  promptVersion: string;
  usage: ModelUsage;
}

/**
 * Summarizes one transcript with one request to a model, or one to each model of the list until one
 * answers. It keeps nothing, so running it twice costs twice and harms nothing.
 */
export class Summarizer {
  constructor(
    private readonly model: LanguageModel,
    private readonly options: { models: ModelList; thinking: ThinkingLevel; timeoutMs: number },
  ) {}

  /**
   * @param input.isLastTry no further call follows: every model is asked before the summary is given up
   * @throws ProviderUnavailableError when trying again can help, an unusable answer included
   * @throws ProviderRejectedError when it cannot: the content, the request or the credentials are refused
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
