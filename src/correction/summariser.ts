import { SUMMARY_MAX_OUTPUT_TOKENS } from './budget.js';
import type { LanguageModel, ModelAnswer } from './language-model.js';
import { parseSummary } from './parse-summary.js';
import { buildSummaryPrompt, SUMMARY_PROMPT_VERSION, SUMMARY_SCHEMA } from './summary-prompt.js';

export interface SummaryResult {
  /** Storable; empty when there was nothing to summarise. */
  summary: string;
  /** The exact version that answered, else the model that was asked. */
  model: string;
  promptVersion: string;
  usage: ModelAnswer['usage'];
}

/** Summarises one transcript with one request. It keeps nothing, so running it twice costs twice and harms nothing. */
export class Summariser {
  constructor(
    private readonly model: LanguageModel,
    private readonly options: { model: string; timeoutMs: number },
  ) {}

  /**
   * @throws ProviderUnavailableError when trying again can help, an unusable answer included
   * @throws ProviderRejectedError when it cannot: the content, the request or the credentials are refused
   */
  async summarise(input: {
    transcript: string;
    language: string;
    signal?: AbortSignal;
  }): Promise<SummaryResult> {
    const answer = await this.model.generate({
      model: this.options.model,
      ...buildSummaryPrompt(input),
      responseSchema: SUMMARY_SCHEMA,
      maxOutputTokens: SUMMARY_MAX_OUTPUT_TOKENS,
      timeoutMs: this.options.timeoutMs,
      signal: input.signal,
    });
    return {
      summary: parseSummary(answer.text, this.model.provider).summary,
      model: answer.modelVersion ?? this.options.model,
      promptVersion: SUMMARY_PROMPT_VERSION,
      usage: answer.usage,
    };
  }
}
