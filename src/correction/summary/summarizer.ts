import type { ThinkingLevel } from '../../providers/language-models/model-catalog.js';
import { summaryMaxInputChars, summaryMaxOutputTokens } from '../budget.js';
import type {
  LanguageModel,
  ModelRequest,
  ModelUsage,
} from '../../providers/language-models/language-model.js';
import type { ModelList } from '../../providers/language-models/model-list.js';
import { parseSummary } from '../answers/parse-summary.js';
import {
  buildCombinedSummaryPrompt,
  buildSummaryPrompt,
  SUMMARY_PROMPT_VERSION,
  SUMMARY_SCHEMA,
  type PartRange,
  type PartSummary,
} from '../prompts/summary-prompt.js';

export interface SummaryResult {
  /** Storable; empty when there was nothing to summarize. */
  summary: string;
  /** The exact version that answered, else the requested model. */
  model: string;
  promptVersion: string;
  usage: ModelUsage;
}

interface Call {
  /** A language code, or `auto`. */
  language: string;
  signal?: AbortSignal;
  /**
   * Whether no further call follows, so that every model is tried before the summary is given up.
   */
  isLastTry?: boolean;
}

/**
 * Summarizes one transcript, a part of one, or the summaries of its parts. Sends one request to
 * each model of the list until one answers. Stateless: running it twice costs twice, but is safe.
 *
 * All methods throw the same errors:
 *
 * - ProviderUnavailableError when a retry can help, also after an unusable answer
 * - ProviderRejectedError when a retry cannot help: the content, the request or the credentials are
 *   refused
 */
export class Summarizer {
  constructor(
    private readonly model: LanguageModel,
    private readonly options: { models: ModelList; thinking: ThinkingLevel; timeoutMs: number },
  ) {}

  /** Length in UTF-16 code units of the longest text that every model takes in one request. */
  get maxInputChars(): number {
    return summaryMaxInputChars(this.options.models.models);
  }

  /**
   * @param input.transcript at most `maxInputChars`
   * @param input.part set when the transcript is a part of a longer one
   */
  summarize(input: Call & { transcript: string; part?: PartRange }): Promise<SummaryResult> {
    return this.request(input, buildSummaryPrompt(input), (model) => summaryMaxOutputTokens(model));
  }

  /** @param input.parts at most `maxInputChars` together, in their order */
  combine(input: Call & { parts: readonly PartSummary[] }): Promise<SummaryResult> {
    return this.request(input, buildCombinedSummaryPrompt(input), (model) =>
      summaryMaxOutputTokens(model, { isCombined: true }),
    );
  }

  private request(
    call: Call,
    prompt: Pick<ModelRequest, 'systemInstruction' | 'prompt'>,
    maxOutputTokens: (model: string) => number,
  ): Promise<SummaryResult> {
    return this.options.models.ask(async (model) => {
      const answer = await this.model.generate({
        model,
        ...prompt,
        responseSchema: SUMMARY_SCHEMA,
        maxOutputTokens: maxOutputTokens(model),
        thinking: this.options.thinking,
        timeoutMs: this.options.timeoutMs,
        signal: call.signal,
      });
      return {
        summary: parseSummary(answer.text, this.model.provider).summary,
        model: answer.modelVersion ?? model,
        promptVersion: SUMMARY_PROMPT_VERSION,
        usage: answer.usage,
      };
    }, call);
  }
}
