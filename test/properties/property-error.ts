/** Something that must always hold does not. */
export class PropertyError extends Error {
  override readonly name = 'PropertyError';
}

/**
 * @param what must hold, as a sentence
 * @throws PropertyError when it does not
 */
export function assertHolds(holds: boolean, what: string): asserts holds {
  if (!holds) throw new PropertyError(`this does not hold: ${what}`);
}
