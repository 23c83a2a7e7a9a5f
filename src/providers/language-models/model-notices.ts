import { factsOf, type ModelEnd, type ModelFacts } from './model-catalogue.js';

/** A model that ends within so many days is told of: time for a test and a release. */
const NOTICE_DAYS = 60;
const DAY_MS = 86_400_000;

export interface ConfiguredModels {
  /** The variable that names them. */
  variable: string;
  models: readonly string[];
  provider: 'gemini' | 'vertexai';
  /** Locations of Vertex AI; empty for the Gemini API. */
  locations: readonly string[];
}

/**
 * Warnings about configured models that have ended, end soon, or are not served where they are
 * asked: one line each, with variable, model, date and successor.
 *
 * @param today any time of the day in question
 */
export function modelNotices(configured: ConfiguredModels, today: Date): string[] {
  const { variable, models, provider, locations } = configured;
  return models.flatMap((model) => {
    const facts = factsOf(model);
    return [endNotice(facts, facts.ends?.[provider], today), locationNotice(facts, provider, locations)]
      .filter((notice) => notice !== undefined)
      .map((notice) => `${variable}: ${model} ${notice}`);
  });
}

function endNotice(facts: ModelFacts, end: ModelEnd | undefined, today: Date): string | undefined {
  if (end === undefined) return undefined;
  const { endsOn, closedToNewProjectsOn } = end;
  const nowMs = today.getTime();
  const advice = facts.successor === undefined ? 'choose another model' : `use ${facts.successor}`;
  if (nowMs >= Date.parse(endsOn)) return `ended on ${endsOn}; ${advice}`;
  const isClosed = closedToNewProjectsOn !== undefined && nowMs >= Date.parse(closedToNewProjectsOn);
  if (isClosed) return `is closed to new projects and ends on ${endsOn}; ${advice}`;
  return Date.parse(endsOn) - nowMs <= NOTICE_DAYS * DAY_MS ? `ends on ${endsOn}; ${advice}` : undefined;
}

function locationNotice(
  { vertexLocations }: ModelFacts,
  provider: ConfiguredModels['provider'],
  locations: readonly string[],
): string | undefined {
  if (provider !== 'vertexai' || vertexLocations === undefined) return undefined;
  if (locations.some((location) => vertexLocations.includes(location))) return undefined;
  return `is served by Vertex AI in ${vertexLocations.join(', ')} only; set VERTEX_LOCATION to one of them`;
}
