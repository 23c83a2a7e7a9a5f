import { type ModelFacts, THINKING_LEVELS, type ThinkingLevel } from './model-catalogue.js';

/** Parameters of a request that depend on the model's family. A budget of thoughts is never among them. */
export interface GenerationSettings {
  temperature?: number;
  /** The level as Google's interfaces spell it. */
  thinkingLevel?: Uppercase<ThinkingLevel>;
}

/**
 * Parameters by family: Gemini 3 takes a level of thinking and no temperature, Gemini 2.5 a
 * temperature and no level.
 *
 * @param wanted the level to think at; a model that lacks it thinks at the nearest one that it has
 */
export function generationSettings(facts: ModelFacts, wanted: ThinkingLevel): GenerationSettings {
  const level = nearestLevel(facts.thinking.levels, wanted);
  return {
    ...(facts.temperature !== undefined && { temperature: facts.temperature }),
    ...(level !== undefined && { thinkingLevel: level.toUpperCase() as Uppercase<ThinkingLevel> }),
  };
}

/** Finds the level nearest to the wanted one; of two that are equally near, the one that thinks more. */
function nearestLevel(levels: readonly ThinkingLevel[], wanted: ThinkingLevel): ThinkingLevel | undefined {
  const distance = (level: ThinkingLevel): number =>
    Math.abs(THINKING_LEVELS.indexOf(level) - THINKING_LEVELS.indexOf(wanted));
  return [...levels]
    .sort((one, other) => THINKING_LEVELS.indexOf(other) - THINKING_LEVELS.indexOf(one))
    .sort((one, other) => distance(one) - distance(other))[0];
}
