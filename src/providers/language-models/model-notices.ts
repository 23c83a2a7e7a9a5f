import { factsOf, type ModelEnd, type ModelFacts } from './model-catalog.js';

/** Days before a model's end from which it is reported: time for a test and a release. */
const NOTICE_DAYS = 60;
const DAY_MS = 86_400_000;

export interface ConfiguredModels {
  /** The variable that lists the models. */
  variable: string;
  models: readonly string[];
  provider: 'gemini' | 'vertexai';
  /** Locations of Vertex AI; empty for the Gemini API. */
  locations: readonly string[];
}

export interface ModelNotice {
  /** Says which model has ended, ends soon, or is not offered in the configured location. */
  detail: string;
  advice: string;
}

/**
 * Returns notices about configured models that have ended, end within 60 days, are closed to new
 * projects, or are not offered in the configured location.
 *
 * @param today any time of the day in question
 */
export function modelNotices({ models, provider, locations }: ConfiguredModels, today: Date): ModelNotice[] {
  return models.flatMap((model) => {
    const facts = factsOf(model);
    const notices = [
      endNotice(facts, facts.ends?.[provider], today),
      provider === 'vertexai' ? locationNotice(facts, locations) : undefined,
    ];
    return notices
      .filter((notice) => notice !== undefined)
      .map(({ detail, advice }) => ({ detail: `${model} ${detail}`, advice }));
  });
}

function endNotice(
  { successor }: ModelFacts,
  end: ModelEnd | undefined,
  today: Date,
): ModelNotice | undefined {
  if (end === undefined) return undefined;
  const { endsOn, closedToNewProjectsOn } = end;
  const nowMs = today.getTime();
  const advice = successor === undefined ? 'choose another model' : `use ${successor}`;
  if (nowMs >= Date.parse(endsOn)) return { detail: `ended on ${endsOn}`, advice };
  if (closedToNewProjectsOn !== undefined && nowMs >= Date.parse(closedToNewProjectsOn)) {
    return { detail: `is closed to new projects and ends on ${endsOn}`, advice };
  }
  const isSoon = Date.parse(endsOn) - nowMs <= NOTICE_DAYS * DAY_MS;
  return isSoon ? { detail: `ends on ${endsOn}`, advice } : undefined;
}

function locationNotice(
  { vertexLocations }: ModelFacts,
  locations: readonly string[],
): ModelNotice | undefined {
  if (vertexLocations === undefined) return undefined;
  if (locations.some((location) => vertexLocations.includes(location))) return undefined;
  return {
    detail: `is served by Vertex AI in ${vertexLocations.join(', ')} only`,
    advice: 'set VERTEX_LOCATION to one of them',
  };
}
