import type { Metrics } from '../../observability/metrics.js';
import { ProviderError } from '../provider-error.js';
import {
  LanguageModel,
  type ModelAnswer,
  type ModelProvider,
  type ModelRequest,
  type ModelUsage,
  type UsageListener,
} from './language-model.js';

/** Counts a model's answers by outcome, and their tokens, as unusable ones are paid for as well. */
export class MeteredModel extends LanguageModel {
  constructor(
    private readonly model: LanguageModel,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  get provider(): ModelProvider {
    return this.model.provider;
  }

  get maxInlineAudioBytes(): number {
    return this.model.maxInlineAudioBytes;
  }

  async generate(request: ModelRequest): Promise<ModelAnswer> {
    const { model } = request;
    const onUsage: UsageListener = (usage) => {
      this.countTokens(model, usage);
      request.onUsage?.(usage);
    };
    try {
      const answer = await this.model.generate({ ...request, onUsage });
      this.metrics.modelAnswers.inc({ model, outcome: 'answered' });
      return answer;
    } catch (error) {
      const outcome = error instanceof ProviderError ? error.code : 'unforeseen';
      this.metrics.modelAnswers.inc({ model, outcome });
      throw error;
    }
  }

  private countTokens(model: string, { inputTokens = 0, outputTokens = 0 }: ModelUsage): void {
    this.metrics.modelTokens.inc({ model, direction: 'input' }, inputTokens);
    this.metrics.modelTokens.inc({ model, direction: 'output' }, outputTokens);
  }
}
