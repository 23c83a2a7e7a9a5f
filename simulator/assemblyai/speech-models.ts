import { type Fields, isGiven } from '../fields.js';

/**
 * Models of an account in November 2026, with its default first:
 * https://www.assemblyai.com/docs/getting-started/model-versions-and-deprecations
 */
export const SPEECH_MODELS: readonly string[] = ['assemblyai-stt-3-7', 'universal-3-5-pro', 'universal-2'];

/** A request that names one of these is refused, whatever other models it names. */
export const DEPRECATED_SPEECH_MODELS: readonly string[] = [
  'universal-3-pro',
  'universal',
  'slam-1',
  'best',
  'nano',
];

const [DEFAULT_SPEECH_MODEL = 'assemblyai-stt-3-7'] = SPEECH_MODELS;

/** The real provider recommends these wherever it refuses a model. */
const RECOMMENDED = '["assemblyai-stt-3-7", "universal-2"]';

/** The models that an account may name, and the deprecated ones that no account may name. */
export interface SpeechModelRights {
  readonly speechModels: readonly string[];
  readonly deprecatedSpeechModels: readonly string[];
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/**
 * Checks the models that a submit names. Naming models is optional.
 *
 * @returns the message of the 400, or null
 */
export function speechModelsProblem(
  { speech_model, speech_models }: Fields,
  rights: SpeechModelRights,
): string | null {
  if (isGiven(speech_model)) {
    // https://github.com/FujiwaraChoki/supoclip/issues/56
    return `The speech_model parameter is deprecated. Use speech_models: ${RECOMMENDED} for the best accuracy, performance, and language coverage.`;
  }
  if (!isGiven(speech_models)) {
    return null;
  }
  if (!Array.isArray(speech_models) || speech_models.length === 0) {
    return unknownModels(rights);
  }
  return namedModelsProblem(speech_models.map(String), rights);
}

function namedModelsProblem(names: readonly string[], rights: SpeechModelRights): string | null {
  const deprecated = names.filter((name) => rights.deprecatedSpeechModels.includes(name));
  if (deprecated.length > 0) {
    // https://github.com/TypeWhisper/typewhisper-mac/issues/1042
    return `The "${deprecated.join(', ')}" speech model(s) have been deprecated. Use speech_models: ${RECOMMENDED} instead.`;
  }
  const refused = names.filter((name) => !rights.speechModels.includes(name));
  if (refused.length === 0) {
    return null;
  }
  const allExist = refused.every((name) => SPEECH_MODELS.includes(name));
  return allExist || rights.speechModels.length === 0
    ? `The following speech model(s) are not available for your account: ${quoted(refused)}`
    : unknownModels(rights);
}

const unknownModels = ({ speechModels }: SpeechModelRights): string =>
  `"speech_models" must be a non-empty list containing one or more of: ${quoted(speechModels)}`;

/** Returns the model for a request that names none: the first one of the account, or the newest. */
export const speechModelUsed = (
  named: readonly string[] | null,
  { speechModels }: SpeechModelRights,
): string => named?.[0] ?? speechModels[0] ?? DEFAULT_SPEECH_MODEL;
