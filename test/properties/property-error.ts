/** A property that must always hold does not. */
class PropertyError extends Error {
  override readonly name = 'PropertyError';
}

/**
 * Asserts a property.
 *
 * @param what the property, as a sentence
 * @throws PropertyError when it does not hold
 */
export function assertHolds(holds: boolean, what: string): asserts holds {
  if (!holds) throw new PropertyError(`this does not hold: ${what}`);
}
