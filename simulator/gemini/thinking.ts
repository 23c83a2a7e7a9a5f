import { type KnownModel, THINKING_LEVELS, type ThinkingLevel } from './known-models.js';
import type { ModelRequest } from './model-request.js';

/**
 * Tokens of thought that each level costs. Far apart, so that a sum of tokens shows which level was used;
 * and less than real thoughts, which would fill the limits of small tests.
 */
const THOUGHT_TOKENS: Record<ThinkingLevel, number> = { minimal: 0, low: 64, medium: 256, high: 1024 };

/** The enum's zero value, which stands for none. */
const UNSPECIFIED = 'thinking_level_unspecified';

/** @returns null when the request names no level, undefined when it names one that does not exist */
export function readThinkingLevel(given: string | null): ThinkingLevel | null | undefined {
  const name = given?.toLowerCase() ?? UNSPECIFIED;
  return name === UNSPECIFIED ? null : THINKING_LEVELS.find((level) => level === name);
}

/** Models that think by a budget, or not at all, are taken to answer at once. */
export function thoughtTokens(model: KnownModel, { thinkingLevel }: ModelRequest): number {
  const level = readThinkingLevel(thinkingLevel) ?? model.defaultLevel;
  return level === null ? 0 : THOUGHT_TOKENS[level];
}
