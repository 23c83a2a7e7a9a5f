import type { ModelUsage } from '../providers/language-models/language-model.js';

/** Sums the tokens of several answers; a number that no answer reported stays unknown. */
export class UsageSum {
  total: ModelUsage = {};

  add({ inputTokens, outputTokens }: ModelUsage): void {
    this.total = {
      inputTokens: sum(this.total.inputTokens, inputTokens),
      outputTokens: sum(this.total.outputTokens, outputTokens),
    };
  }
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : one + other;
}
