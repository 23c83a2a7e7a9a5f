/** Picks an item by a number that was drawn before the length of the list was known. */
export function pickOf<T>(list: readonly T[], pick: number): T | undefined {
  return list.length === 0 ? undefined : list[pick % list.length];
}
