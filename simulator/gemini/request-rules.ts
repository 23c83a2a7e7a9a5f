import type { Answer } from '../exchange.js';
import { fieldsOf, isGiven } from '../fields.js';
import { invalidArgument } from './google-error.js';
import type { KnownModel } from './known-models.js';
import type { ModelRequest } from './model-request.js';
import { readThinkingLevel } from './thinking.js';
import { inputTokens } from './tokens.js';

const unknownName = (name: string, place?: string): string => {
  const where = place === undefined ? '' : ` at '${place}'`;
  return `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`;
};

/** Fields that clients often put one level too high or too low. */
const MISPLACED_BESIDE_CONFIG = ['thinkingConfig', 'thinkingLevel', 'thinkingBudget'];
const MISPLACED_IN_CONFIG = ['thinkingLevel', 'thinkingBudget', 'store'];

/**
 * Checks that the fields which Ringback may set are at the right level. Other fields are not
 * checked.
 *
 * @param takesStore whether `store` exists: it does not on Vertex AI
 * @returns the 400, or null
 */
export function shapeProblem(body: unknown, { takesStore }: { takesStore: boolean }): Answer | null {
  const request = fieldsOf(body);
  const config = fieldsOf(request.generationConfig);
  const beside = takesStore ? MISPLACED_BESIDE_CONFIG : [...MISPLACED_BESIDE_CONFIG, 'store'];
  const outside = beside.find((name) => name in request);
  if (outside !== undefined) {
    return invalidArgument(unknownName(outside));
  }
  const inside = MISPLACED_IN_CONFIG.find((name) => name in config);
  if (inside !== undefined) {
    return invalidArgument(unknownName(inside, 'generation_config'));
  }
  return valueProblem(request.store, fieldsOf(config.thinkingConfig).thinkingLevel);
}

function valueProblem(store: unknown, level: unknown): Answer | null {
  if (isGiven(store) && typeof store !== 'boolean') {
    return invalidArgument(`Invalid value at 'store' (TYPE_BOOL), ${JSON.stringify(store)}`);
  }
  if (isGiven(level) && (typeof level !== 'string' || readThinkingLevel(level) === undefined)) {
    return invalidArgument(
      `Invalid value at 'generation_config.thinking_config.thinking_level' (ThinkingLevel), ${JSON.stringify(level)}`,
    );
  }
  return null;
}

/**
 * Checks the requested settings against the model's abilities. Models older than Gemini 3 refuse
 * every level: https://ai.google.dev/gemini-api/docs/thinking
 *
 * @returns the 400, or null
 */
export function abilityProblem(
  model: KnownModel,
  asked: ModelRequest,
  { inputTokenLimit }: { inputTokenLimit: number },
): Answer | null {
  const level = readThinkingLevel(asked.thinkingLevel) ?? null;
  if (level !== null && model.thinksBy !== 'level') {
    return invalidArgument('Thinking level is not supported for this model.');
  }
  if (level !== null && asked.thinkingBudget !== null) {
    return invalidArgument('You can only set only one of thinking budget and thinking level.');
  }
  if (level !== null && !model.levels.includes(level)) {
    return invalidArgument(
      `Thinking level ${level.toUpperCase()} is not supported for this model. Please retry with other thinking level.`,
    );
  }
  return outputLimitProblem(asked.maxOutputTokens, model) ?? inputLimitProblem(asked, inputTokenLimit);
}

/** The message is quoted in https://github.com/google-gemini/gemini-cli/issues/6678 */
function inputLimitProblem(asked: ModelRequest, limit: number): Answer | null {
  const { textTokens, audioTokens } = inputTokens(asked);
  const count = textTokens + audioTokens;
  return count <= limit
    ? null
    : invalidArgument(
        `The input token count (${count}) exceeds the maximum number of tokens allowed (${limit}).`,
      );
}

function outputLimitProblem(asked: number | null, { maxOutputTokens }: KnownModel): Answer | null {
  return asked === null || (asked >= 1 && asked <= maxOutputTokens)
    ? null
    : invalidArgument(
        `Unable to submit request because it has a maxOutputTokens value of ${asked} but the supported range is from 1 (inclusive) to ${maxOutputTokens + 1} (exclusive). Update the value and try again.`,
      );
}
