import { useEffect, useState } from 'preact/hooks';

/** Paragraphs that fill the first screen, and that are added in one frame. */
const FIRST = 30;
const STEP = 40;

/**
 * Number of the paragraphs that may be on the page; grows frame by frame up to all of them, so that
 * the first ones are there at once.
 */
export function useBudget(total: number): number {
  const [budget, setBudget] = useState(FIRST);
  useEffect(() => {
    if (budget >= total) return undefined;
    const frame = requestAnimationFrame(() => setBudget((before) => before + STEP));
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [budget, total]);
  return budget;
}
