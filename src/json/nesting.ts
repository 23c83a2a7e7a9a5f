/**
 * More levels than any request body and any provider's answer has. From about two thousand levels,
 * recursive code fails: validators, redaction, and `JSON.stringify` itself.
 */
const MAX_LEVELS = 100;

/**
 * Whether parsed JSON is nested too deep. It must then be refused before other code processes it.
 * Uses no recursion.
 */
export function isNestedTooDeep(value: unknown): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 0; depth < MAX_LEVELS && level.length > 0; depth += 1) {
    level = containersIn(level);
  }
  return level.length > 0;
}

/** Loops, because intermediate arrays would take most of the time for half a million containers. */
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
