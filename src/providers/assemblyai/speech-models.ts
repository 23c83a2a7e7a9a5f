/** A model for recorded audio, as documented by AssemblyAI. */
export interface SpeechModel {
  id: string;
  /** `deprecated` models still work. A `refused` one makes AssemblyAI refuse the whole request. */
  state: 'current' | 'deprecated' | 'refused';
  /** Start of the state: a day, or a month when no page gives the day. */
  since: string;
  successor?: string;
  source: string;
}

const NEWEST = 'assemblyai-stt-3-7';

/** Known models. An id that is not listed is sent unchanged, without a warning. */
export const SPEECH_MODELS: readonly SpeechModel[] = [
  {
    id: NEWEST,
    state: 'current',
    since: '2026-11-17',
    source: 'https://www.assemblyai.com/docs/pre-recorded-audio/assemblyai-stt-3-7-migration-guide',
  },
  {
    id: 'universal-2',
    state: 'current',
    since: '2024-11',
    source: 'https://www.assemblyai.com/docs/getting-started/model-versions-and-deprecations',
  },
  {
    id: 'universal-3-5-pro',
    state: 'deprecated',
    since: '2026-11',
    successor: NEWEST,
    source: 'https://www.assemblyai.com/docs/getting-started/model-versions-and-deprecations',
  },
  {
    id: 'universal-3-pro',
    state: 'refused',
    since: '2026-09-02',
    successor: NEWEST,
    // Some accounts were refused from July on:
    // https://github.com/TypeWhisper/typewhisper-mac/issues/1042
    source: 'https://www.assemblyai.com/changelog',
  },
  {
    id: 'nano',
    state: 'refused',
    since: '2026-07',
    successor: 'universal-2',
    source: 'https://github.com/vercel/ai/releases/tag/@ai-sdk%2Fassemblyai@2.0.42',
  },
];

/**
 * Models in order of preference: a recording goes to the first model that supports its language.
 * The first is the most accurate. The second supports ninety-nine languages, including Dutch and
 * Ukrainian, and must stay last: the first does not fall back to it by itself
 * (https://www.assemblyai.com/docs/pre-recorded-audio/assemblyai-stt-3-7-migration-guide).
 */
export const DEFAULT_SPEECH_MODELS: readonly string[] = [NEWEST, 'universal-2'];

/**
 * Describes each configured model that AssemblyAI refuses or has deprecated, in one phrase each,
 * for an operator to act on.
 *
 * @param catalog for tests: the real one changes with AssemblyAI's models
 */
export function outdatedSpeechModels(
  models: readonly string[],
  catalog: readonly SpeechModel[] = SPEECH_MODELS,
): string[] {
  return models.flatMap((id) => {
    const known = catalog.find((model) => model.id === id);
    if (known === undefined || known.state === 'current') return [];
    const { state, since, successor } = known;
    const verdict = state === 'refused' ? 'refuses' : 'has deprecated';
    const advice = successor === undefined ? '' : `; ${successor} takes its place`;
    return [`${id}, which AssemblyAI ${verdict} (since ${since})${advice}`];
  });
}
