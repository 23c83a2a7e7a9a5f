import { DEPRECATED_SPEECH_MODELS, SPEECH_MODELS } from './assemblyai/speech-models.js';
import { INPUT_TOKEN_LIMIT, RETIRED_MODELS } from './gemini/known-models.js';
import type { SeededRandom } from './seeded-random.js';

/** Milliseconds, or a range from which a value is drawn. */
export type Latency = number | readonly [minMs: number, maxMs: number];

export const drawLatencyMs = (latency: Latency, random: SeededRandom): number =>
  typeof latency === 'number' ? latency : random.between(latency[0], latency[1]);

/** Settings that can be changed while the simulator runs. */
export interface SimulatorSettings {
  /** Time from the start of a job to its end. */
  latencyMs: Latency;
  /** Pause before each answer of the Gemini side. */
  geminiLatencyMs: Latency;
  /** Concurrent jobs; further ones stay `queued` with `throttled: true`, first in first out. */
  accountConcurrency: number;
  /** Pause between two attempts of one callback. */
  webhookRetryDelayMs: number;
  /** Time limit for the receiver of a callback. */
  webhookTimeoutMs: number;
  /** Maximum number of attempts of one callback. */
  webhookMaxAttempts: number;
  /** Status for an unknown id: the specification says 404, the cookbook shows 400. */
  unknownIdStatus: 404 | 400;
  /** AssemblyAI's models that this account may name; the first is its default. */
  speechModels: readonly string[];
  /** Deprecated models of AssemblyAI, for which a whole request is refused. */
  deprecatedSpeechModels: readonly string[];
  /** Languages that AssemblyAI refuses in a request. */
  refusedLanguages: readonly string[];
  /** Gemini models that are answered 404, like ids that never existed. */
  retiredModels: readonly string[];
  /** Input tokens above which a Gemini model refuses a request. */
  inputTokenLimit: number;
}

/** The numbers that AssemblyAI documents for webhooks, and the concurrency of its paid accounts. */
export const DEFAULT_SETTINGS: SimulatorSettings = {
  latencyMs: 50,
  geminiLatencyMs: 0,
  accountConcurrency: 200,
  webhookRetryDelayMs: 10_000,
  webhookTimeoutMs: 10_000,
  webhookMaxAttempts: 10,
  unknownIdStatus: 404,
  speechModels: SPEECH_MODELS,
  deprecatedSpeechModels: DEPRECATED_SPEECH_MODELS,
  refusedLanguages: [],
  retiredModels: RETIRED_MODELS,
  inputTokenLimit: INPUT_TOKEN_LIMIT,
};

const isMs = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1;
const isLatency = (value: unknown): value is Latency =>
  isMs(value) ||
  (Array.isArray(value) && value.length === 2 && value.every(isMs) && Number(value[0]) <= Number(value[1]));

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');

const LATENCY_RULE = 'milliseconds of 0 or more, or [min, max]';
const MS_RULE = 'milliseconds, 0 or more';
const COUNT_RULE = 'a whole number of 1 or more';
const NAMES_RULE = 'a list of names, such as ["a", "b"], or []';

const RULES: Record<keyof SimulatorSettings, { holds: (value: unknown) => boolean; rule: string }> = {
  latencyMs: { holds: isLatency, rule: LATENCY_RULE },
  geminiLatencyMs: { holds: isLatency, rule: LATENCY_RULE },
  accountConcurrency: { holds: isCount, rule: COUNT_RULE },
  webhookRetryDelayMs: { holds: isMs, rule: MS_RULE },
  webhookTimeoutMs: { holds: isMs, rule: MS_RULE },
  webhookMaxAttempts: { holds: isCount, rule: COUNT_RULE },
  unknownIdStatus: { holds: (value) => value === 404 || value === 400, rule: '404 or 400' },
  speechModels: { holds: isNames, rule: NAMES_RULE },
  deprecatedSpeechModels: { holds: isNames, rule: NAMES_RULE },
  refusedLanguages: { holds: isNames, rule: NAMES_RULE },
  retiredModels: { holds: isNames, rule: NAMES_RULE },
  inputTokenLimit: { holds: isCount, rule: COUNT_RULE },
};

/** A setting is unknown or invalid; nothing was changed. */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';
  readonly code = 'SIMULATOR_INVALID_SETTINGS';
}

const isSettingName = (name: string): name is keyof SimulatorSettings => Object.hasOwn(RULES, name);

/** Checks settings that came from outside. */
export function checkSettings(given: unknown): Partial<SimulatorSettings> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InvalidSettingsError('Settings are a JSON object, such as {"latencyMs": 2000}.');
  }
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!isSettingName(name)) {
      problems.push(`${name}: no such setting; there are ${Object.keys(RULES).join(', ')}`);
    } else if (!RULES[name].holds(value)) {
      problems.push(`${name}: must be ${RULES[name].rule}`);
    }
  }
  if (problems.length > 0) {
    throw new InvalidSettingsError(problems.join('; '));
  }
  return given;
}
