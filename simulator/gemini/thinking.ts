import { type KnownModel, THINKING_LEVELS, type ThinkingLevel } from './known-models.js';
import type { ModelRequest } from './model-request.js';

/**
 * Thinking tokens of each level. They are far apart, so that a sum of tokens shows which level was
 * used, and smaller than real ones, which would exceed the limits of small tests.
 */
const THOUGHT_TOKENS: Record<ThinkingLevel, number> = { minimal: 0, low: 64, medium: 256, high: 1024 };

/** The enum's zero value, which means no level. */
const UNSPECIFIED = 'thinking_level_unspecified';

/**
 * @returns null when the request names no level, undefined when it names one that does not exist
 */
export function readThinkingLevel(given: string | null): ThinkingLevel | null | undefined {
  const name = given?.toLowerCase() ?? UNSPECIFIED;
  return name === UNSPECIFIED ? null : THINKING_LEVELS.find((level) => level === name);
}

/** Returns the thinking tokens; models without levels are assumed to use none. */
export function thoughtTokens(model: KnownModel, { thinkingLevel }: ModelRequest): number {
  const level = readThinkingLevel(thinkingLevel) ?? model.defaultLevel;
  return level === null ? 0 : THOUGHT_TOKENS[level];
}
