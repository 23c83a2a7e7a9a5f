export const THINKING_LEVELS = ['minimal', 'low', 'medium', 'high'] as const;
export type ThinkingLevel = (typeof THINKING_LEVELS)[number];

/** Properties of one model, against which its requests are checked. */
export interface KnownModel {
  readonly id: string;
  readonly displayName: string;
  /** Gemini 3 has thinking levels, Gemini 2.5 a budget in tokens, older models no thinking. */
  readonly thinksBy: 'level' | 'budget' | 'nothing';
  readonly levels: readonly ThinkingLevel[];
  /** Level of a request that names none; null for models without levels. */
  readonly defaultLevel: ThinkingLevel | null;
  readonly maxOutputTokens: number;
}

/** The limits of every model below: https://ai.google.dev/gemini-api/docs/models */
export const INPUT_TOKEN_LIMIT = 1_048_576;
const OUTPUT_TOKEN_LIMIT = 65_536;
const OLD_OUTPUT_TOKEN_LIMIT = 8_192;

const NO_MINIMAL = ['low', 'medium', 'high'] as const;

type Entry = [id: string, facts: Omit<KnownModel, 'id' | 'displayName'>];

const byLevel = (id: string, levels: readonly ThinkingLevel[], defaultLevel: ThinkingLevel): Entry => [
  id,
  { thinksBy: 'level', levels, defaultLevel, maxOutputTokens: OUTPUT_TOKEN_LIMIT },
];

const byBudget = (id: string): Entry => [
  id,
  { thinksBy: 'budget', levels: [], defaultLevel: null, maxOutputTokens: OUTPUT_TOKEN_LIMIT },
];

const unthinking = (id: string): Entry => [
  id,
  { thinksBy: 'nothing', levels: [], defaultLevel: null, maxOutputTokens: OLD_OUTPUT_TOKEN_LIMIT },
];

/** Converts `gemini-3.8-flash` to `Gemini 3.8 Flash`. */
const displayNameOf = (id: string): string =>
  id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

/** Levels and their defaults: https://ai.google.dev/gemini-api/docs/thinking */
const MODELS: ReadonlyMap<string, KnownModel> = new Map(
  [
    byLevel('gemini-3.8-flash', NO_MINIMAL, 'medium'),
    byLevel('gemini-3.7-flash', NO_MINIMAL, 'medium'),
    byLevel('gemini-3.6-flash', THINKING_LEVELS, 'medium'),
    byLevel('gemini-3.5-flash', THINKING_LEVELS, 'medium'),
    byLevel('gemini-3.5-flash-lite', THINKING_LEVELS, 'minimal'),
    byLevel('gemini-3.1-flash-lite', THINKING_LEVELS, 'minimal'),
    byLevel('gemini-3.1-pro-preview', NO_MINIMAL, 'high'),
    byLevel('gemini-3-pro-preview', ['low', 'high'], 'high'),
    byBudget('gemini-2.5-pro'),
    byBudget('gemini-2.5-flash'),
    byBudget('gemini-2.5-flash-lite'),
    unthinking('gemini-2.0-flash'),
    unthinking('gemini-2.0-flash-lite'),
    unthinking('gemini-1.5-pro'),
    unthinking('gemini-1.5-flash'),
  ].map(([id, facts]) => [id, { id, displayName: displayNameOf(id), ...facts }]),
);

/** Models that were shut down, or that are closed to new projects, such as this simulated one. */
export const RETIRED_MODELS: readonly string[] = [
  'gemini-3-pro-preview',
  'gemini-2.5-pro',
  'gemini-2.5-flash',
  'gemini-2.0-flash',
  'gemini-2.0-flash-lite',
  'gemini-1.5-pro',
  'gemini-1.5-flash',
];

/** @returns undefined for unknown and for retired ids, which clients cannot distinguish */
export function servedModel(id: string, retired: readonly string[]): KnownModel | undefined {
  return retired.includes(id) ? undefined : MODELS.get(id);
}

export const servedModels = (retired: readonly string[]): KnownModel[] =>
  [...MODELS.values()].filter(({ id }) => !retired.includes(id));
