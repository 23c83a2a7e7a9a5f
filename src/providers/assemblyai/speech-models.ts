/** A model for recorded audio, as AssemblyAI's own pages speak of it. */
export interface SpeechModel {
  id: string;
  /** `deprecated` models still work. A `refused` one makes AssemblyAI refuse the whole request. */
  state: 'current' | 'deprecated' | 'refused';
  /** When the state began: a day, or a month where no page names the day. */
  since: string;
  successor?: string;
  source: string;
}

const NEWEST = 'assemblyai-stt-3-7';

/** An id that is not listed here is sent as it is, without a word. */
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
    // Accounts met the refusal from July on: https://github.com/TypeWhisper/typewhisper-mac/issues/1042
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
 * In order of preference: a recording goes to the first model that knows its language. The first is
 * the most accurate. The second knows ninety-nine languages, Dutch and Ukrainian among them, and must
 * stay last: the first does not fall back to it by itself
 * (https://www.assemblyai.com/docs/pre-recorded-audio/assemblyai-stt-3-7-migration-guide).
 */
export const DEFAULT_SPEECH_MODELS: readonly string[] = [NEWEST, 'universal-2'];

/**
 * Tells of each listed model that AssemblyAI refuses or has deprecated, one phrase each, for a person to act on.
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
