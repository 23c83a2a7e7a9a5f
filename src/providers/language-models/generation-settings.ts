import { type ModelFacts, THINKING_LEVELS, type ThinkingLevel } from './model-catalog.js';

/**
 * Parameters of a request that depend on the model's family. They never include a thinking budget.
 */
export interface GenerationSettings {
  temperature?: number;
  /** The level as Google's APIs spell it. */
  thinkingLevel?: Uppercase<ThinkingLevel>;
}

/**
 * Returns the parameters by family: Gemini 3 takes a thinking level and no temperature, Gemini 2.5
 * a temperature and no level.
 *
 * @param wanted the requested thinking level; a model without it uses its nearest level
 */
export function generationSettings(facts: ModelFacts, wanted: ThinkingLevel): GenerationSettings {
  const level = nearestLevel(facts.thinking.levels, wanted);
  return {
    ...(facts.temperature !== undefined && { temperature: facts.temperature }),
    ...(level !== undefined && { thinkingLevel: level.toUpperCase() as Uppercase<ThinkingLevel> }),
  };
}

/** Finds the level nearest to the wanted one; on a tie, the higher one. */
function nearestLevel(levels: readonly ThinkingLevel[], wanted: ThinkingLevel): ThinkingLevel | undefined {
  const distance = (level: ThinkingLevel): number =>
    Math.abs(THINKING_LEVELS.indexOf(level) - THINKING_LEVELS.indexOf(wanted));
  return [...levels]
    .sort((one, other) => THINKING_LEVELS.indexOf(other) - THINKING_LEVELS.indexOf(one))
    .sort((one, other) => distance(one) - distance(other))[0];
}
