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
    level = containersIn(level);
  }
  return level.length > 0;
}

/** Loops, as an answer may have half a million of them: arrays in between would take most of the time. */
function containersIn(containers: readonly object[]): object[] {
  const inside: object[] = [];
  for (const container of containers) {
    const values: readonly unknown[] = Array.isArray(container) ? container : Object.values(container);
    for (const value of values) if (isContainer(value)) inside.push(value);
  }
  return inside;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
