/**
 * More levels than any body of the API, and any answer of a provider, has. From some two thousand on JSON breaks whoever walks
 * through it by recursion: validators, redaction, `JSON.stringify` itself.
 */
const MAX_LEVELS = 100;

/**
 * Whether parsed JSON is nested deeper than anything that makes sense: it must then be refused before it is looked at any closer.
 * Told without recursion.
 */
export function isNestedTooDeep(value: unknown): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 0; depth < MAX_LEVELS && level.length > 0; depth += 1) {
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return level.length > 0;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
