export interface TimeSpan {
  startMs: number;
  endMs: number;
}

/** Divides a time among texts that were spoken one after the other, by their lengths. */
export function shareTime(
  texts: readonly string[],
  { startMs, endMs }: TimeSpan,
): (TimeSpan & { text: string })[] {
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  const at = (length: number): number => startMs + Math.round(((endMs - startMs) * length) / total);
  let passed = 0;
  return texts.map((text) => {
    const from = at(passed);
    passed += text.length;
    return { text, startMs: from, endMs: at(passed) };
  });
}
