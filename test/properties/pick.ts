/** Chooses by a number that was drawn before it was known how long the list would be. */
export function pickOf<T>(list: readonly T[], pick: number): T | undefined {
  return list.length === 0 ? undefined : list[pick % list.length];
}
