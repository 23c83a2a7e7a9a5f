import type { Metrics } from '../observability/metrics.js';
import { LanguageModel, type ModelAnswer, type ModelProvider, type ModelRequest } from './language-model.js';

/** Counts the tokens of every answer of a model, also of those that are refused afterwards: all are paid for. */
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
    const answer = await this.model.generate(request);
    const { inputTokens = 0, outputTokens = 0 } = answer.usage;
    this.metrics.modelTokens.inc({ model: request.model, direction: 'input' }, inputTokens);
    this.metrics.modelTokens.inc({ model: request.model, direction: 'output' }, outputTokens);
    return answer;
  }
}
