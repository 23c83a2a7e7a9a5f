/**
 * Facts about language models, kept only in this file. Ids, limits, prices and end dates change
 * within months: compare them with the sources before a release.
 *
 * Sources, read on 2026-11-26:
 * - ids, end dates, successors: https://ai.google.dev/gemini-api/docs/deprecations
 * - limits, thinking levels, locations: the models' pages below
 *   https://docs.cloud.google.com/gemini-enterprise-agent-platform/models
 * - prices: https://ai.google.dev/gemini-api/docs/pricing
 * - the end of Gemini 2.5: https://dev.to/aideprecations (quotes Google's page of 2026-11-10)
 */

/** From the least to the most thinking. */
export const THINKING_LEVELS = ['minimal', 'low', 'medium', 'high'] as const;
export type ThinkingLevel = (typeof THINKING_LEVELS)[number];

/** Models of one family take the same parameters. */
export type ModelFamily = 'gemini-3' | 'gemini-2.5' | 'gemma';

export interface ModelPrice {
  /** First day of this price, `YYYY-MM-DD`. */
  since: string;
  /** US dollars per million tokens. Prompts of more than 200,000 tokens may cost more. */
  inputPerMillion: number;
  /** US dollars per million tokens, including thinking tokens. */
  outputPerMillion: number;
}

/** The end of a model at one provider. Dates are `YYYY-MM-DD`. */
export interface ModelEnd {
  /** New projects are refused from this day on. */
  closedToNewProjectsOn?: string;
  /** Requests for the model are refused, or answered by its successor, from this day on. */
  endsOn: string;
}

export interface ModelFacts {
  /** Google's id; undefined for a model that is not in the catalog. */
  id?: string;
  family: ModelFamily;
  limits: {
    inputTokens: number;
    /** Includes thinking tokens. */
    outputTokens: number;
    /** Size in bytes of a whole request including its encoded recording. */
    inlineBytes: number;
  };
  /** Media types of recordings that it accepts, by the names of `modelMimeType`; empty: none. */
  audioTypes: ReadonlySet<string>;
  thinking: {
    /** Empty: the family has no levels. */
    levels: readonly ThinkingLevel[];
    /** Level of a request without one; undefined where the family has no levels. */
    defaultLevel?: ThinkingLevel;
    /** Maximum of output tokens that thinking may use before the first letter of the answer. */
    maxTokens: number;
  };
  /** Sampling temperature to send; undefined: none is sent. */
  temperature?: number;
  /** Locations of Vertex AI that serve the model; undefined: single regions serve it as well. */
  vertexLocations?: readonly string[];
  /** By ascending date. */
  prices?: readonly ModelPrice[];
  ends?: { gemini?: ModelEnd; vertexai?: ModelEnd };
  successor?: string;
}

/**
 * Formats that Gemini documents. Both APIs accept the formats of both lists; a recording in another
 * format makes them refuse the whole request. With a key:
 * https://ai.google.dev/gemini-api/docs/audio Vertex AI:
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/audio-understanding
 */
const GEMINI_AUDIO: ReadonlySet<string> = new Set([
  'audio/wav',
  'audio/mp3',
  'audio/aiff',
  'audio/aac',
  'audio/ogg',
  'audio/flac',
  'audio/mp4',
  'audio/pcm',
  'audio/webm',
]);
const NO_AUDIO: ReadonlySet<string> = new Set();

/**
 * Size limit of a whole request: https://ai.google.dev/gemini-api/docs/files. Vertex AI accepts
 * more.
 */
const GEMINI_INLINE_BYTES = 100_000_000;
/** One million tokens, as documented for every current model. */
const GEMINI_INPUT_TOKENS = 1_048_576;

/**
 * The maximum of Gemini 2.5 Pro (https://ai.google.dev/gemini-api/docs/thinking). Google documents
 * no limit for the levels of Gemini 3, so the same number is reserved for them. With less, an
 * answer ends at MAX_TOKENS in the middle of its JSON, or before its first letter.
 */
const THOUGHT_TOKENS = 32_768;

/**
 * Gemini 3 gets no temperature: below 1.0 Google warns of loops and worse answers.
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/start/gemini-3-prompting-guide
 */
const GEMINI_3: ModelFacts = {
  family: 'gemini-3',
  limits: { inputTokens: GEMINI_INPUT_TOKENS, outputTokens: 65_536, inlineBytes: GEMINI_INLINE_BYTES },
  audioTypes: GEMINI_AUDIO,
  thinking: { levels: ['low', 'medium', 'high'], defaultLevel: 'medium', maxTokens: THOUGHT_TOKENS },
};
const GEMINI_3_LITE: ModelFacts = {
  ...GEMINI_3,
  thinking: { levels: THINKING_LEVELS, defaultLevel: 'minimal', maxTokens: THOUGHT_TOKENS },
};
/**
 * The temperature is low, since a correction mostly copies its input. It is not zero, at which
 * Gemini 2.5 tends to repeat the same sentence in long answers.
 */
const GEMINI_2_5: ModelFacts = {
  family: 'gemini-2.5',
  limits: { inputTokens: GEMINI_INPUT_TOKENS, outputTokens: 65_535, inlineBytes: GEMINI_INLINE_BYTES },
  audioTypes: GEMINI_AUDIO,
  thinking: { levels: [], maxTokens: THOUGHT_TOKENS },
  temperature: 0.2,
};
/** Open models that are offered beside Gemini, with the parameters of its older family. */
const GEMMA: ModelFacts = { ...GEMINI_2_5, family: 'gemma', audioTypes: NO_AUDIO };

/** The multi-regions of Vertex AI, which alone serve the newer models of Gemini 3. */
const MULTI_REGIONS = ['global', 'eu', 'us'] as const;

/** Half price until the end of 2026, for Gemini 3.6, 3.7 and 3.8 Flash. */
const FLASH_PRICES: readonly ModelPrice[] = [
  { since: '2026-07-21', inputPerMillion: 0.75, outputPerMillion: 3.75 },
  { since: '2027-01-01', inputPerMillion: 1.5, outputPerMillion: 7.5 },
];
/** Vertex AI retires all of Gemini 2.5 together. */
const GEMINI_2_5_ON_VERTEX: ModelEnd = { closedToNewProjectsOn: '2026-10-20', endsOn: '2027-03-31' };
/** Closed at the latest since the day on which Google's page was last seen to say so. */
const GEMINI_2_5_WITH_A_KEY: ModelEnd = { closedToNewProjectsOn: '2026-11-10', endsOn: '2026-12-01' };

const KNOWN_MODELS: readonly (ModelFacts & { id: string })[] = [
  { id: 'gemini-3.8-flash', ...GEMINI_3, vertexLocations: MULTI_REGIONS, prices: FLASH_PRICES },
  { id: 'gemini-3.7-flash', ...GEMINI_3, vertexLocations: MULTI_REGIONS, prices: FLASH_PRICES },
  {
    id: 'gemini-3.6-flash',
    ...GEMINI_3,
    thinking: { ...GEMINI_3.thinking, levels: THINKING_LEVELS },
    prices: FLASH_PRICES,
  },
  {
    id: 'gemini-3.5-flash',
    ...GEMINI_3,
    thinking: { ...GEMINI_3.thinking, levels: THINKING_LEVELS },
    prices: [{ since: '2026-05-19', inputPerMillion: 1.5, outputPerMillion: 9 }],
    successor: 'gemini-3.6-flash',
  },
  {
    id: 'gemini-3.5-flash-lite',
    ...GEMINI_3_LITE,
    vertexLocations: MULTI_REGIONS,
    prices: [{ since: '2026-07-21', inputPerMillion: 0.3, outputPerMillion: 2.5 }],
  },
  {
    id: 'gemini-3.1-flash-lite',
    ...GEMINI_3_LITE,
    vertexLocations: MULTI_REGIONS,
    prices: [{ since: '2026-05-07', inputPerMillion: 0.25, outputPerMillion: 1.5 }],
    ends: { gemini: { endsOn: '2027-05-07' } },
    successor: 'gemini-3.5-flash-lite',
  },
  {
    id: 'gemini-3.1-pro-preview',
    ...GEMINI_3,
    thinking: { ...GEMINI_3.thinking, defaultLevel: 'high' },
    vertexLocations: ['global'],
    prices: [{ since: '2026-02-19', inputPerMillion: 2, outputPerMillion: 12 }],
  },
  {
    id: 'gemini-3-pro-preview',
    ...GEMINI_3,
    thinking: { ...GEMINI_3.thinking, levels: ['low', 'high'], defaultLevel: 'high' },
    prices: [{ since: '2025-11-18', inputPerMillion: 2, outputPerMillion: 12 }],
    ends: { gemini: { endsOn: '2026-03-09' }, vertexai: { endsOn: '2026-03-09' } },
    successor: 'gemini-3.1-pro-preview',
  },
  {
    id: 'gemini-2.5-pro',
    ...GEMINI_2_5,
    prices: [{ since: '2025-06-17', inputPerMillion: 1.25, outputPerMillion: 10 }],
    ends: { gemini: GEMINI_2_5_WITH_A_KEY, vertexai: GEMINI_2_5_ON_VERTEX },
    successor: 'gemini-3.8-flash',
  },
  {
    id: 'gemini-2.5-flash',
    ...GEMINI_2_5,
    prices: [{ since: '2025-06-17', inputPerMillion: 0.3, outputPerMillion: 2.5 }],
    ends: { gemini: GEMINI_2_5_WITH_A_KEY, vertexai: GEMINI_2_5_ON_VERTEX },
    successor: 'gemini-3.5-flash-lite',
  },
  {
    id: 'gemini-2.5-flash-lite',
    ...GEMINI_2_5,
    prices: [{ since: '2025-07-22', inputPerMillion: 0.1, outputPerMillion: 0.4 }],
    ends: { vertexai: GEMINI_2_5_ON_VERTEX },
    successor: 'gemini-3.5-flash-lite',
  },
  {
    id: 'gemini-2.0-flash',
    ...GEMINI_2_5,
    limits: { ...GEMINI_2_5.limits, outputTokens: 8_192 },
    ends: { gemini: { endsOn: '2026-06-01' }, vertexai: { endsOn: '2026-06-01' } },
    successor: 'gemini-3.5-flash-lite',
  },
];

/** Rules for ids that are not in the table; the first match applies. */
const UNKNOWN_MODELS: readonly [name: RegExp, facts: ModelFacts][] = [
  // Only the "n" models of the open family accept audio.
  [/^gemma-3n/, { ...GEMMA, audioTypes: GEMINI_AUDIO }],
  [/^gemma-/, GEMMA],
  // Specialized models of the Gemini family.
  [/^gemini-2[.-].*(?:-tts|-image)/, { ...GEMINI_2_5, audioTypes: NO_AUDIO }],
  [/^gemini-.*(?:-tts|-image|embedding)/, { ...GEMINI_3, audioTypes: NO_AUDIO }],
  [/^gemini-(?:1|2)[.-]/, GEMINI_2_5],
];

/** By descending length, as `gemini-3.5-flash` is a prefix of `gemini-3.5-flash-lite`. */
const BY_LENGTH = [...KNOWN_MODELS].sort((one, other) => other.id.length - one.id.length);

/**
 * Returns the facts about a model. A dated or numbered version, such as `gemini-2.5-pro-001`, has
 * those of its model. An unknown id, of a gateway or of a newer model, has those of the newest
 * family.
 *
 * @param model as configured, optionally with a path such as `models/` before it
 */
export function factsOf(model: string): ModelFacts {
  const name = model.split('/').at(-1) ?? model;
  const exact = KNOWN_MODELS.find(({ id }) => id === name);
  if (exact !== undefined) return exact;
  const byRule = UNKNOWN_MODELS.find(([pattern]) => pattern.test(name));
  const version = BY_LENGTH.find(({ id }) => name.startsWith(`${id}-`));
  if (version !== undefined && isVersion(name.slice(version.id.length))) return version;
  return byRule?.[1] ?? GEMINI_3;
}

/** Whether a suffix denotes a version of the same model: `-001`, `-09-2025`, `-preview-06-17`. */
function isVersion(suffix: string): boolean {
  return /^(?:-preview)?(?:-\d{2,4}){0,3}$/.test(suffix);
}
